using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>A SOCKS5 client (RFC 1928), blocking, in two round trips as most clients do it.</summary>
internal static class SocksDial
{
    private const int IPv4ReplyLength = 10;

    private static int s_source;

    /// <summary>Connects through a proxy to one of the target's addresses.</summary>
    public static Socket Connect(Proxy proxy, Target target)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Many source addresses, so that closed connections do not use up the ports of one.
            int source = Interlocked.Increment(ref s_source);
            socket.Bind(new IPEndPoint(new IPAddress([127, 80, (byte)(source >> 8), (byte)(1 + (source % 250))]), 0));
            socket.Connect(proxy.EndPoint);
            Span<byte> reply = stackalloc byte[IPv4ReplyLength];
            socket.Send([5, 1, 0]);
            Receive(socket, reply[..2]);
            if (reply[0] != 5 || reply[1] != 0)
            {
                throw new InvalidOperationException($"{proxy.Name} chose method {reply[1]:X2} of version {reply[0]}.");
            }

            socket.Send([5, 1, 0, .. proxy.AddressOf(target.NextEndPoint())]);
            Receive(socket, reply);
            return reply[1] == 0 && reply[3] == 1 ? socket : throw new InvalidOperationException($"{proxy.Name} answered {Convert.ToHexString(reply)}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static void Receive(Socket socket, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int got = socket.Receive(buffer);
            if (got == 0)
            {
                throw new InvalidOperationException("The proxy closed the connection.");
            }

            buffer = buffer[got..];
        }
    }
}
