using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Bench;

/// <summary>A client: SOCKS5 (RFC 1928) in two round trips as most clients do it, or nothing but the connection. Blocking for those that stay, and on the engine's loop for many that come and go.</summary>
internal static class Dial
{
    /// <summary>Room for any answer to an IPv4 client.</summary>
    public const int LongestReply = 10;

    private const int MethodLength = 2;

    private static readonly byte[] Greeting = [5, 1, 0];

    private static int s_source;

    /// <summary>Connects over a way to one of the target's addresses.</summary>
    public static Socket Connect(IWay way, Target target)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(NextSource());
            IPEndPoint endPoint = target.NextEndPoint();
            socket.Connect(way.EntryTo(endPoint));
            if (way.AddressOf(endPoint) is { } address)
            {
                Span<byte> reply = stackalloc byte[LongestReply];
                socket.Send(Greeting);
                Receive(socket, reply[..MethodLength]);
                CheckMethod(way, reply);
                socket.Send(Request(address));
                Receive(socket, reply);
                CheckReply(way, reply);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Likewise, without holding a thread. What awaits resumes on the engine's loop.</summary>
    /// <param name="way">The way.</param>
    /// <param name="target">The target.</param>
    /// <param name="reply">Of <see cref="LongestReply"/> bytes, to be used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<EngineSocket> ConnectAsync(IWay way, Target target, Memory<byte> reply, CancellationToken cancellationToken)
    {
        IPEndPoint endPoint = target.NextEndPoint();
        EngineSocket socket = await SocketEngine.Default.ConnectAsync(way.EntryTo(endPoint), NextSource(), cancellationToken);
        try
        {
            socket.ResumesOnLoop = true;
            if (way.AddressOf(endPoint) is { } address)
            {
                await socket.SendAsync(Greeting, cancellationToken);
                await ReceiveAsync(socket, reply[..MethodLength], cancellationToken);
                CheckMethod(way, reply.Span);
                await socket.SendAsync(Request(address), cancellationToken);
                await ReceiveAsync(socket, reply, cancellationToken);
                CheckReply(way, reply.Span);
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
                throw Closed();
            }

            buffer = buffer[got..];
        }
    }

    public static async ValueTask ReceiveAsync(EngineSocket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int got = await socket.ReceiveAsync(buffer, cancellationToken);
            if (got == 0)
            {
                throw Closed();
            }

            buffer = buffer[got..];
        }
    }

    // Many source addresses, so that closed connections do not use up the ports of one.
    private static IPEndPoint NextSource()
    {
        int source = Interlocked.Increment(ref s_source);
        return new IPEndPoint(new IPAddress([127, 80, (byte)(source >> 8), (byte)(1 + (source % 250))]), 0);
    }

    private static byte[] Request(byte[] address) => [5, 1, 0, .. address];

    private static void CheckMethod(IWay way, ReadOnlySpan<byte> reply)
    {
        if (reply[0] != 5 || reply[1] != 0)
        {
            throw new InvalidOperationException($"{way.Name} chose method {reply[1]:X2} of version {reply[0]}.");
        }
    }

    private static void CheckReply(IWay way, ReadOnlySpan<byte> reply)
    {
        if (reply[1] != 0 || reply[3] != 1)
        {
            throw new InvalidOperationException($"{way.Name} answered {Convert.ToHexString(reply)}.");
        }
    }

    private static InvalidOperationException Closed() => new("The proxy closed the connection.");
}
