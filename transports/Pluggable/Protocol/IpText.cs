using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>IP addresses and ports as text. Stricter than the system's parser, which also reads 0x7f.1, 017700000001 and scopes.</summary>
internal static class IpText
{
    private const int MaxLength = 64;

    /// <summary>Reads an address, or gives null.</summary>
    public static IPAddress? TryReadAddress(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength || !IPAddress.TryParse(text, out IPAddress? address))
        {
            return null;
        }

        bool isMeant = address.AddressFamily == AddressFamily.InterNetwork
            ? text.Equals(address.ToString(), StringComparison.Ordinal)
            : !text.ContainsAny('[', ']', '%') && !address.IsIPv4MappedToIPv6;
        return isMeant ? address : null;
    }

    /// <summary>Reads <c>192.0.2.7:443</c> or <c>[2001:db8::7]:443</c>, with a port from 1 to 65535, or gives null.</summary>
    public static IPEndPoint? TryReadEndPoint(ReadOnlySpan<char> text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0
            || text[(colon + 1)..] is not { Length: > 0 and <= 5 } digits
            || digits[0] == '0'
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port > IPEndPoint.MaxPort)
        {
            return null;
        }

        ReadOnlySpan<char> host = text[..colon];
        bool isBracketed = host is ['[', .., ']'];
        return TryReadAddress(isBracketed ? host[1..^1] : host) is { } address && isBracketed == (address.AddressFamily == AddressFamily.InterNetworkV6)
            ? new IPEndPoint(address, port)
            : null;
    }
}
