using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay;

/// <summary>An address on an overlay and a port. Each overlay derives its own type; equality is by overlay, host and port.</summary>
public abstract class OverlayEndPoint : EndPoint, IEquatable<OverlayEndPoint>
{
    // Of a shorter label, four characters would give too much away.
    private const int ShortestLabelShown = 16;

    // A longer "suffix" is the address itself.
    private const int LongestSuffixShown = 12;

    /// <summary>Makes an end point.</summary>
    /// <param name="overlay">The name of the transport that dials it.</param>
    /// <param name="host">The canonical host name: complete, checksum verified, in lower case unless case means something on the overlay.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    protected OverlayEndPoint(string overlay, string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(overlay);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        Overlay = overlay;
        Host = host;
        Port = port;
    }

    /// <summary>The name of the transport that dials this end point.</summary>
    public string Overlay { get; }

    /// <summary>The canonical host name.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Another name of the host, which means the same in upper and lower case, for programs that write names in lower case; null where <see cref="Host"/> does so itself.</summary>
    public virtual string? CaselessHost => null;

    /// <summary>The host shortened for logs: enough to tell two apart, too little to dial.</summary>
    public virtual string Redacted
    {
        get
        {
            int dot = Host.LastIndexOf('.');
            int label = dot < 0 ? Host.Length : dot;
            ReadOnlySpan<char> suffix = dot >= 0 && Host.Length - dot <= LongestSuffixShown ? Host.AsSpan(dot) : default;
            return $"{(label >= ShortestLabelShown ? Host.AsSpan(0, 4) : default)}…{suffix}";
        }
    }

    /// <inheritdoc/>
    public sealed override AddressFamily AddressFamily => AddressFamily.Unspecified;

    /// <inheritdoc/>
    public bool Equals(OverlayEndPoint? other) =>
        other is not null && Port == other.Port && Overlay == other.Overlay && Host == other.Host;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as OverlayEndPoint);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => HashCode.Combine(Overlay, Host, Port);

    /// <summary>The end point as host:port. It is the full address: for terminals and wire formats, never for logs.</summary>
    public sealed override string ToString() => $"{Host}:{Port}";
}
