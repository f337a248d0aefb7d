using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Tells addresses of the public network from those of private ones and of this machine (RFC 6890), and from those that lead there by translation.</summary>
internal static class PublicAddress
{
    /// <summary>Whether an address is on the public network.</summary>
    public static bool Is(IPAddress address)
    {
        Span<byte> b = stackalloc byte[16];
        address.TryWriteBytes(b, out int length);
        return address.AddressFamily == AddressFamily.InterNetwork ? IsV4(b[..length]) : IsV6(b[..length]);
    }

    private static bool IsV4(ReadOnlySpan<byte> b) => (b[0], b[1], b[2]) is not ((0 or 10 or 127, _, _)
        or (100, >= 64 and <= 127, _) or (169, 254, _) or (172, >= 16 and <= 31, _)
        or (192, 0, 0 or 2) or (192, 88, 99) or (192, 168, _) or (198, 18 or 19, _) or (198, 51, 100) or (203, 0, 113) or ( >= 224, _, _));

    // Global unicast is 2000::/3; of it, Teredo and 6to4 lead to addresses that are written in them, and 2001:db8::/32 is for books.
    private static bool IsV6(ReadOnlySpan<byte> b) =>
        b[0] is >= 0x20 and < 0x40
        && (b[0], b[1], b[2], b[3]) is not ((0x20, 0x01, 0, 0) or (0x20, 0x01, 0x0d, 0xb8) or (0x20, 0x02, _, _));
}
