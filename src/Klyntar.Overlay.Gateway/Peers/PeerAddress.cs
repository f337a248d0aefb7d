using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>An address of a peer as it is written: a host on an overlay, and the port that it counts for, or null for all.</summary>
internal readonly record struct PeerAddress(string Host, int? Port)
{
    /// <summary>Reads an address. Its host stays as it is written, since on ZeroNet upper and lower case differ; compared it is without case.</summary>
    public static bool TryParse(string text, out PeerAddress address, [NotNullWhen(false)] out string? why)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        string host = (colon < 0 ? text : text[..colon]).TrimEnd('.');
        int? port = null;
        if (colon >= 0)
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > IPEndPoint.MaxPort)
            {
                why = "What follows the colon is no port from 1 to 65535.";
                return false;
            }

            port = number;
        }

        why = HostKinds.Of(host) switch
        {
            HostKind.Name => null,
            HostKind.Address => "That is an address of no overlay.",
            _ => "That is no host name.",
        };
        address = new PeerAddress(host, port);
        return why is null;
    }

    /// <summary>Whether it counts for a port.</summary>
    public bool IsFor(int port) => Port is not { } own || own == port;

    public bool Equals(PeerAddress other) => Port == other.Port && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Port, StringComparer.OrdinalIgnoreCase.GetHashCode(Host ?? ""));

    public override string ToString() => Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{Host}:{port}") : Host;
}
