using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>One way to a service that is an <see cref="AskedTarget"/>. Blocking.</summary>
/// <param name="Name">Whose way it is, in tables.</param>
internal abstract record ServiceDial(string Name)
{
    [ThreadStatic]
    private static byte[]? s_buffer;

    /// <summary>Every wait of a load, so that one that hangs ends the run with a sentence.</summary>
    public int PatienceMilliseconds { get; init; } = 30_000;

    /// <summary>Connects to the service.</summary>
    public abstract Socket Connect();

    /// <summary>Dials, asks for a byte and takes it.</summary>
    /// <returns>From the connection to the SOCKS port until the byte is there, in milliseconds.</returns>
    public double FirstByte()
    {
        long begin = Stopwatch.GetTimestamp();
        using Socket socket = Connect();
        socket.Send(AskedTarget.Request(up: 0, down: 1));
        Take(socket, 1);
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        AwaitEnd(socket);
        return milliseconds;
    }

    /// <summary>Takes bytes from the service, over a connection of its own.</summary>
    /// <returns>Megabytes a second, from the request to the last byte.</returns>
    public double Download(int count)
    {
        using Socket socket = Connect();
        long begin = Stopwatch.GetTimestamp();
        socket.Send(AskedTarget.Request(up: 0, count));
        Take(socket, count);
        return Finish(socket, begin, count);
    }

    /// <summary>Sends bytes to the service, over a connection of its own.</summary>
    /// <returns>Megabytes a second, from the request until the service says that it has them all.</returns>
    public double Upload(int count)
    {
        using Socket socket = Connect();
        byte[] buffer = Buffer;
        long begin = Stopwatch.GetTimestamp();
        socket.Send(AskedTarget.Request(count, down: 1));
        for (int left = count; left > 0;)
        {
            left -= socket.Send(buffer, 0, Math.Min(left, buffer.Length), SocketFlags.None);
        }

        Take(socket, 1);
        return Finish(socket, begin, count);
    }

    /// <summary>Connects to where the way begins.</summary>
    /// <param name="endPoint">TCP or a Unix socket.</param>
    /// <param name="greet">Says what has to be said there before the service answers.</param>
    protected Socket Connect(EndPoint endPoint, Action<Socket> greet)
    {
        bool isUnix = endPoint is UnixDomainSocketEndPoint;
        Socket socket = new(isUnix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp)
        {
            ReceiveTimeout = PatienceMilliseconds,
            SendTimeout = PatienceMilliseconds,
        };
        try
        {
            if (!isUnix)
            {
                socket.NoDelay = true;
            }

            socket.Connect(endPoint);
            greet(socket);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] Buffer => s_buffer ??= new byte[256 * 1024];

    private static double Finish(Socket socket, long begin, int count)
    {
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        AwaitEnd(socket);
        return count / seconds / 1e6;
    }

    private static void Take(Socket socket, int count)
    {
        byte[] buffer = Buffer;
        while (count > 0)
        {
            int got = socket.Receive(buffer, 0, Math.Min(count, buffer.Length), SocketFlags.None);
            count -= got > 0 ? got : throw new InvalidOperationException($"The connection ended {count} bytes early.");
        }
    }

    // The service ends it. Were this side the first, the gateway would hold the end back, and the stream would be there still.
    private static void AwaitEnd(Socket socket)
    {
        if (socket.Receive(Buffer) != 0)
        {
            throw new InvalidOperationException("The service answered more than it was asked for.");
        }
    }
}
