using System.Text;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>Messages as clients and proxies put them on the wire, written out here and not by the code under test.</summary>
internal static class Wire
{
    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    public static byte[] Greeting(params byte[] methods) => [5, (byte)methods.Length, .. methods];

    public static byte[] Password(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password) =>
        [1, (byte)user.Length, .. user, (byte)password.Length, .. password];

    public static byte[] Request(byte command, byte[] host, int port) =>
        [5, command, 0, 3, (byte)host.Length, .. host, .. Port(port)];

    public static byte[] RequestV4(byte command, byte[] address, int port) => [5, command, 0, 1, .. address, .. Port(port)];

    public static byte[] RequestV6(byte command, byte[] address, int port) => [5, command, 0, 4, .. address, .. Port(port)];

    public static byte[] Socks4(byte command, byte[] address, int port, byte[] user) => [4, command, .. Port(port), .. address, .. user, 0];

    public static byte[] Socks4a(byte command, int port, byte[] user, byte[] host) => [.. Socks4(command, [0, 0, 0, 1], port, user), .. host, 0];

    public static byte[] Connect(string target, params string[] headers) =>
        Text($"CONNECT {target} HTTP/1.1\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n");

    public static string Basic(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password) =>
        "Proxy-Authorization: Basic " + Convert.ToBase64String([.. user, (byte)':', .. password]);

    public static byte[] Port(int port) => [(byte)(port >> 8), (byte)port];
}
