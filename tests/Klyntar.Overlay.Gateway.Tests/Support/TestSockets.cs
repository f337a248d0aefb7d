using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Sockets as a client or a node would have them.</summary>
internal static class TestSockets
{
    public static async Task<Socket> ConnectAsync(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(endPoint).SoonAsync();
        return socket;
    }

    public static async Task SendAsync(this Socket socket, byte[] bytes) => await socket.SendAsync(bytes.AsMemory()).SoonAsync();

    public static Task SendAsync(this Socket socket, string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Reads exactly as many bytes.</summary>
    public static async Task<byte[]> ReadAsync(this Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int received = await socket.ReceiveAsync(bytes.AsMemory(read)).SoonAsync();
            received.Should().BePositive($"{count} bytes were awaited and {read} came");
            read += received;
        }

        return bytes;
    }

    public static async Task<string> ReadTextAsync(this Socket socket, int count) => Encoding.ASCII.GetString(await socket.ReadAsync(count));

    /// <summary>Reads until the other side ends; a reset counts as an end.</summary>
    public static async Task<byte[]> ReadToEndAsync(this Socket socket)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory()).SoonAsync() is > 0 and var received)
            {
                all.Write(buffer, 0, received);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // What came before it counts.
        }

        return all.ToArray();
    }

    /// <summary>Reads a SOCKS5 greeting's answer and reply, for a client that offered no authentication.</summary>
    /// <returns>The reply code.</returns>
    public static async Task<byte> ReadSocks5ReplyAsync(this Socket socket)
    {
        (await socket.ReadAsync(2)).Should().Equal(5, 0);
        return (await socket.ReadAsync(10))[1];
    }
}
