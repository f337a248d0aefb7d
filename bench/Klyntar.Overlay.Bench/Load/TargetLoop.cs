using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Accepts, learns what each connection wants, and sends back whatever comes on those that want that: many connections in one thread.</summary>
/// <param name="serve">Serves a connection that wants something else; must not block.</param>
internal sealed class TargetLoop(Action<Socket, byte> serve) : IDisposable
{
    private const int StackSize = 256 * 1024;

    private readonly Epoll _epoll = new();

    // By key, of which listeners have negative ones; null where the key is free.
    private readonly List<Socket> _listeners = [];
    private readonly List<Peer?> _peers = [];
    private readonly Stack<int> _free = [];
    private volatile bool _isOver;

    /// <summary>Accepts on a socket that listens. Before the start only.</summary>
    public void Add(Socket listener)
    {
        _listeners.Add(listener);
        _epoll.Add(listener, -_listeners.Count);
    }

    public void Start() => new Thread(Run, StackSize) { IsBackground = true }.Start();

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
            foreach (int key in ready.AsSpan(0, count))
            {
                try
                {
                    if (key < 0)
                    {
                        Accept(_listeners[-key - 1]);
                    }
                    else if (_peers[key] is { } peer)
                    {
                        Receive(key, peer, buffer);
                    }
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // The client left, perhaps some time ago: while a process is being started it holds a closed socket, too, and epoll tells of it.
                    Forget(key);
                }
            }
        }
    }

    private void Accept(Socket listener)
    {
        Socket socket = listener.Accept();
        socket.NoDelay = true;
        if (!_free.TryPop(out int key))
        {
            key = _peers.Count;
            _peers.Add(null);
        }

        _peers[key] = new Peer(socket);
        _epoll.Add(socket, key);
    }

    private void Receive(int key, Peer peer, byte[] buffer)
    {
        int got = peer.Socket.Receive(buffer, 0, peer.IsEchoed ? buffer.Length : 1, SocketFlags.None);
        if (got == 0)
        {
            Forget(key);
        }
        else if (peer.IsEchoed)
        {
            peer.Socket.Send(buffer.AsSpan(0, got));
        }
        else if (buffer[0] == Target.Echo)
        {
            peer.IsEchoed = true;
        }
        else
        {
            _epoll.Remove(peer.Socket);
            _peers[key] = null;
            _free.Push(key);
            serve(peer.Socket, buffer[0]);
        }
    }

    private void Forget(int key)
    {
        if (key >= 0 && _peers[key] is { } peer)
        {
            peer.Socket.Dispose();
            _peers[key] = null;
            _free.Push(key);
        }
    }

    private sealed class Peer(Socket socket)
    {
        public Socket Socket => socket;

        public bool IsEchoed { get; set; }
    }
}
