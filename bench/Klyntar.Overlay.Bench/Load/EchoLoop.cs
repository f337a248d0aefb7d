using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Sends back whatever comes, on many connections, in one thread.</summary>
internal sealed class EchoLoop : IDisposable
{
    private const int StackSize = 256 * 1024;

    private readonly Epoll _epoll = new();
    private readonly List<Socket> _sockets = [];
    private volatile bool _isOver;

    public EchoLoop() => new Thread(Run, StackSize) { IsBackground = true }.Start();

    /// <summary>Takes a connection over.</summary>
    public void Add(Socket socket)
    {
        lock (_sockets)
        {
            _sockets.Add(socket);
            _epoll.Add(socket, _sockets.Count - 1);
        }
    }

    // The thread wakes up no more then, and ends with the process.
    public void Dispose()
    {
        _isOver = true;
        _epoll.Dispose();
    }

    private void Run()
    {
        byte[] buffer = new byte[64 * 1024];
        int[] ready = new int[256];
        while (!_isOver)
        {
            int count = _epoll.Wait(ready, null);
            for (int i = 0; i < count; i++)
            {
                Socket socket;
                lock (_sockets)
                {
                    socket = _sockets[ready[i]];
                }

                Echo(socket, buffer);
            }
        }
    }

    private static void Echo(Socket socket, byte[] buffer)
    {
        try
        {
            int got = socket.Receive(buffer);
            if (got > 0)
            {
                socket.Send(buffer.AsSpan(0, got));
                return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client left, perhaps some time ago: while a process is being started it holds a closed socket, too, and epoll tells of it.
        }

        socket.Dispose();
    }
}
