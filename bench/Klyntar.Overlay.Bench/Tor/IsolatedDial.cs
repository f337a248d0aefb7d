using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>One way to the onion service: a SOCKS port, and the credentials that keep to one circuit.</summary>
/// <param name="Name">Whose port it is, in tables.</param>
/// <param name="Socks">The port: TCP or a Unix socket.</param>
/// <param name="User">The user name.</param>
/// <param name="Password">The password.</param>
/// <param name="Onion">The service's host name; its virtual port is 80.</param>
internal sealed record IsolatedDial(string Name, EndPoint Socks, string User, string Password, string Onion)
{
    /// <summary>The virtual port of the service.</summary>
    public const int Port = 80;

    // Every wait of a load, so that a circuit that hangs ends the run with a sentence.
    private const int PatienceMilliseconds = 30_000;

    private const int ReplyHead = 4;

    [ThreadStatic]
    private static byte[]? s_buffer;

    /// <summary>Connects to the service: SOCKS5 (RFC 1928, RFC 1929), blocking, a round trip for each of its three parts.</summary>
    public Socket Connect()
    {
        bool isUnix = Socks is UnixDomainSocketEndPoint;
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

            socket.Connect(Socks);
            Span<byte> reply = stackalloc byte[ReplyHead + 16 + sizeof(ushort)];
            socket.Send([5, 1, 2]);
            Dial.Receive(socket, reply[..2]);
            Expect(reply[..2], [5, 2]);
            socket.Send([1, (byte)User.Length, .. Encoding.ASCII.GetBytes(User), (byte)Password.Length, .. Encoding.ASCII.GetBytes(Password)]);
            Dial.Receive(socket, reply[..2]);
            Expect(reply[..2], [1, 0]);
            socket.Send([5, 1, 0, 3, (byte)Onion.Length, .. Encoding.ASCII.GetBytes(Onion), Port >> 8, Port & 0xFF]);
            Dial.Receive(socket, reply[..ReplyHead]);
            Expect(reply[..3], [5, 0, 0]);
            Dial.Receive(socket, reply.Slice(ReplyHead, (reply[3] == 4 ? 16 : 4) + sizeof(ushort)));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

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

    private void Expect(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> expected)
    {
        if (!reply.SequenceEqual(expected))
        {
            throw new InvalidOperationException($"{Name} answered {Convert.ToHexString(reply)}.");
        }
    }
}
