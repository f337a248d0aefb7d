using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Socks;

/// <summary>Reads host names as clients and proxies send them.</summary>
/// <remarks>
/// Strict, since names go on into text protocols and rules: only what a host name may hold in practice passes. An address
/// written as text, in any of inet_aton's forms, becomes an address, since whoever resolves the "name" later would take it for one.
/// </remarks>
internal static class HostName
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"u8);
    private static readonly SearchValues<byte> AddressV6Bytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>Reads a name or an address. Total: exactly one of refusal, host and address comes out.</summary>
    public static SocksRefusal? Read(ReadOnlySpan<byte> text, out string? host, out IPAddress? address)
    {
        host = null;
        address = null;
        if (text.IsEmpty)
        {
            return SocksRefusal.EmptyHost;
        }

        if (text.Length > Socks5Wire.MaxHostLength)
        {
            return SocksRefusal.HostTooLong;
        }

        if (text.ContainsAnyExcept(NameBytes))
        {
            address = ReadAddressV6(text);
            return address is null ? SocksRefusal.HostCharacters : null;
        }

        // All of inet_aton's forms ("127.1", "0x7f000001", "2130706433") start with a digit. A final dot means the same host.
        ReadOnlySpan<byte> withoutFinalDot = text[^1] == '.' ? text[..^1] : text;
        if (!char.IsAsciiDigit((char)text[0]) || !IPAddress.TryParse(withoutFinalDot, out address))
        {
            host = Encoding.ASCII.GetString(text);
        }

        return null;
    }

    private static IPAddress? ReadAddressV6(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'[', .., (byte)']'])
        {
            text = text[1..^1];
        }

        // The bytes are checked first: TryParse would also take scopes, ports and prefixes.
        return !text.ContainsAnyExcept(AddressV6Bytes)
            && IPAddress.TryParse(text, out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address
            : null;
    }
}
