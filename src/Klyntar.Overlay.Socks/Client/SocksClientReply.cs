using System.Net;

namespace Klyntar.Overlay.Socks;

/// <summary>An upstream proxy's reply.</summary>
/// <param name="Code">The reply code: 0 for success, as it came on the wire. Without meaning where <paramref name="Violation"/> is set.</param>
/// <param name="Violation">Why there is no reply, as the end of a sentence whose subject is the proxy; null where there is one.</param>
/// <param name="AlreadyRead">Bytes of the stream that came with the reply.</param>
public sealed record SocksClientReply(byte Code, string? Violation, ReadOnlyMemory<byte> AlreadyRead)
{
    /// <summary>How far the negotiation came.</summary>
    public SocksClientEnd End { get; init; }

    /// <summary>Whether the proxy connected, or answered the look-up.</summary>
    public bool IsConnected => Code == 0 && Violation is null;

    /// <summary>The address in the reply: of the proxy's end for a connection, the answer to a <see cref="SocksCommand.Resolve"/>; null where a name is.</summary>
    public IPAddress? BoundAddress { get; init; }

    /// <summary>The host name in the reply, the answer to a <see cref="SocksCommand.ResolvePtr"/>; null where an address is.</summary>
    public string? BoundHost { get; init; }

    /// <summary>The port in the reply.</summary>
    public int BoundPort { get; init; }
}
