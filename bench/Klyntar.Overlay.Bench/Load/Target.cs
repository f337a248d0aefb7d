using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// What proxied connections lead to. The first byte of a connection says what it wants. Blocking threads: at these counts they
/// cost the least, and none of it counts against the proxy.
/// </summary>
internal sealed class Target : IDisposable
{
    /// <summary>Sends without end.</summary>
    public const byte Source = (byte)'S';

    /// <summary>Sends without end and takes whatever comes.</summary>
    public const byte SourceAndSink = (byte)'B';

    /// <summary>Sends back whatever comes.</summary>
    public const byte Echo = (byte)'E';

    /// <summary>Answers with one byte and then holds the connection.</summary>
    public const byte Hold = (byte)'H';

    private const int Addresses = 8;
    private const int ThreadsPerAddress = 24;
    private const int Port = 7332;
    private const int StackSize = 256 * 1024;

    private readonly List<Socket> _listeners = [];
    private readonly ConcurrentDictionary<Socket, byte> _held = new();
    private int _next;

    public Target()
    {
        for (int i = 1; i <= Addresses; i++)
        {
            Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(new IPAddress([127, 77, 0, (byte)i]), Port));
            listener.Listen(4096);
            _listeners.Add(listener);
            for (int t = 0; t < ThreadsPerAddress; t++)
            {
                new Thread(() => Serve(listener), StackSize) { IsBackground = true }.Start();
            }
        }
    }

    /// <summary>One of its addresses: several, so that no pair of addresses runs out of ports.</summary>
    public IPEndPoint NextEndPoint() => (IPEndPoint)_listeners[(int)((uint)Interlocked.Increment(ref _next) % Addresses)].LocalEndPoint!;

    /// <summary>Closes what is held.</summary>
    public void Release()
    {
        foreach (Socket held in _held.Keys)
        {
            held.Dispose();
        }

        _held.Clear();
    }

    public void Dispose()
    {
        Release();
        foreach (Socket listener in _listeners)
        {
            listener.Dispose();
        }
    }

    private void Serve(Socket listener)
    {
        byte[] buffer = new byte[256 * 1024];
        while (true)
        {
            Socket socket;
            try
            {
                socket = listener.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                socket.NoDelay = true;
                Serve(socket, buffer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                socket.Dispose();
            }
        }
    }

    private void Serve(Socket socket, byte[] buffer)
    {
        if (socket.Receive(buffer, 0, 1, SocketFlags.None) == 0)
        {
            socket.Dispose();
            return;
        }

        switch (buffer[0])
        {
            case Hold:
                _held.TryAdd(socket, 0);
                socket.Send(buffer.AsSpan(0, 1));
                return;
            case Source:
                Pour.Out(socket, buffer);
                break;
            case SourceAndSink:
                new Thread(() => Pour.In(socket, ref Pour.TakenByTarget), StackSize) { IsBackground = true }.Start();
                Pour.Out(socket, buffer);
                break;
            case Echo:
                for (int count; (count = socket.Receive(buffer)) > 0;)
                {
                    socket.Send(buffer.AsSpan(0, count));
                }

                break;
        }

        socket.Dispose();
    }
}
