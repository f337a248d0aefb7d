using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Peers' addresses as people write them.</summary>
internal static class PeerAddressText
{
    private const int MostLength = 300;

    /// <summary>Reads HOST:PORT with an IP address or a name on an overlay. Total.</summary>
    /// <returns>The address; null where it is none.</returns>
    public static PeerLocation? Parse(string text)
    {
        if (text.Length > MostLength)
        {
            return null;
        }

        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            return null;
        }

        ReadOnlySpan<char> host = text.AsSpan(0, colon);
        host = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return IPAddress.TryParse(host, out IPAddress? ip) ? PeerLocation.Of(ip, port)
            : host.EndsWith(OnionName.Suffix, StringComparison.OrdinalIgnoreCase) ? Named(PeerLocationKind.Onion, host, port)
            : host.EndsWith(".i2p", StringComparison.OrdinalIgnoreCase) ? Named(PeerLocationKind.I2P, host, port)
            : null;
    }

    private static PeerLocation? Named(PeerLocationKind kind, ReadOnlySpan<char> host, int port)
    {
        var location = new PeerLocation(kind, host.ToString().ToLowerInvariant(), port);
        return location.IsUsable(allowPrivate: true) ? location : null;
    }
}
