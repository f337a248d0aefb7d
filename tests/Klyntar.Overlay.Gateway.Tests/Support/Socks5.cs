using System.Net;
using System.Text;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What a SOCKS5 client sends (RFC 1928, RFC 1929), all at once.</summary>
internal static class Socks5
{
    public static byte[] Greeting { get; } = [5, 1, 0];

    public static byte[] Request(string host, int port, byte command = 1) => [.. Greeting, .. Command(host, port, command)];

    public static byte[] Request(IPAddress address, int port) =>
        [.. Greeting, 5, 1, 0, (byte)(address.GetAddressBytes().Length == 4 ? 1 : 4), .. address.GetAddressBytes(), (byte)(port >> 8), (byte)port];

    public static byte[] Request(string host, int port, string user, string password) =>
        [5, 1, 2, 1, (byte)user.Length, .. Encoding.ASCII.GetBytes(user), (byte)password.Length, .. Encoding.ASCII.GetBytes(password), .. Command(host, port, 1)];

    private static byte[] Command(string host, int port, byte command) =>
        [5, command, 0, 3, (byte)host.Length, .. Encoding.ASCII.GetBytes(host), (byte)(port >> 8), (byte)port];
}
