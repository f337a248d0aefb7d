using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>A client, blocking: SOCKS5 (RFC 1928) in two round trips as most clients do it, or nothing but the connection.</summary>
internal static class Dial
{
    private const int IPv4ReplyLength = 10;

    private static int s_source;

    /// <summary>Connects over a way to one of the target's addresses.</summary>
    public static Socket Connect(IWay way, Target target)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Many source addresses, so that closed connections do not use up the ports of one.
            int source = Interlocked.Increment(ref s_source);
            socket.Bind(new IPEndPoint(new IPAddress([127, 80, (byte)(source >> 8), (byte)(1 + (source % 250))]), 0));
            IPEndPoint endPoint = target.NextEndPoint();
            socket.Connect(way.EntryTo(endPoint));
            if (way.AddressOf(endPoint) is { } address)
            {
                Ask(way, socket, address);
            }

            return socket;
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

    private static void Ask(IWay way, Socket socket, byte[] address)
    {
        Span<byte> reply = stackalloc byte[IPv4ReplyLength];
        socket.Send([5, 1, 0]);
        Receive(socket, reply[..2]);
        if (reply[0] != 5 || reply[1] != 0)
        {
            throw new InvalidOperationException($"{way.Name} chose method {reply[1]:X2} of version {reply[0]}.");
        }

        socket.Send([5, 1, 0, .. address]);
        Receive(socket, reply);
        if (reply[1] != 0 || reply[3] != 1)
        {
            throw new InvalidOperationException($"{way.Name} answered {Convert.ToHexString(reply)}.");
        }
    }
}
