using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// What a service leads to. A request says how many bytes follow it and how many are to be answered (two 32-bit
/// numbers); after the answer the connection ends. Blocking threads, as <see cref="Target"/>.
/// </summary>
internal sealed class AskedTarget : IDisposable
{
    public const int RequestLength = 8;

    private const int Threads = 8;
    private const int StackSize = 256 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public AskedTarget()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        for (int i = 0; i < Threads; i++)
        {
            new Thread(Serve, StackSize) { IsBackground = true }.Start();
        }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public static byte[] Request(int up, int down)
    {
        byte[] request = new byte[RequestLength];
        BinaryPrimitives.WriteInt32BigEndian(request, up);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(sizeof(int)), down);
        return request;
    }

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        byte[] buffer = new byte[256 * 1024];
        while (true)
        {
            try
            {
                using Socket socket = _listener.Accept();
                socket.NoDelay = true;
                try
                {
                    Serve(socket, buffer);
                }
                catch (SocketException)
                {
                    // The visitor left.
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Answers one connection.</summary>
    public static void Serve(Socket socket, byte[] buffer)
    {
        if (!TryReceive(socket, buffer, RequestLength))
        {
            return;
        }

        int up = BinaryPrimitives.ReadInt32BigEndian(buffer);
        int down = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(sizeof(int)));
        if (!TryReceive(socket, buffer, up))
        {
            return;
        }

        for (int left = down; left > 0;)
        {
            left -= socket.Send(buffer, 0, Math.Min(left, buffer.Length), SocketFlags.None);
        }
    }

    private static bool TryReceive(Socket socket, byte[] buffer, int count)
    {
        for (int got = 0; got < count;)
        {
            int offset = count <= buffer.Length ? got : 0;
            int more = socket.Receive(buffer, offset, Math.Min(count - got, buffer.Length - offset), SocketFlags.None);
            if (more == 0)
            {
                return false;
            }

            got += more;
        }

        return true;
    }
}
