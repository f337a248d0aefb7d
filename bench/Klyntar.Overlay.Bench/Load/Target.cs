using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// What proxied connections lead to. The first byte of a connection says what it wants. One thread for all that do little, and a blocking one for each
/// that pours: at these counts that costs the least, and none of it counts against the proxy.
/// </summary>
internal sealed class Target : IDisposable
{
    /// <summary>Sends without end.</summary>
    public const byte Source = (byte)'S';

    /// <summary>Sends as many bytes as the 64-bit number says that follows, and ends the connection.</summary>
    public const byte Counted = (byte)'N';

    /// <summary>Takes whatever comes.</summary>
    public const byte Sink = (byte)'T';

    /// <summary>Sends without end and takes whatever comes.</summary>
    public const byte SourceAndSink = (byte)'B';

    /// <summary>Sends back whatever comes.</summary>
    public const byte Echo = (byte)'E';

    /// <summary>Answers with one byte and then holds the connection.</summary>
    public const byte Hold = (byte)'H';

    /// <summary>Its port, at each address.</summary>
    public const int Port = 7332;

    private const int Addresses = 8;
    private const int StackSize = 256 * 1024;

    private readonly List<Socket> _listeners = [];
    private readonly TargetLoop _loop;
    private readonly ConcurrentDictionary<Socket, byte> _held = new();
    private int _next;

    public Target()
    {
        _loop = new TargetLoop(Serve);
        foreach (IPEndPoint endPoint in EndPoints)
        {
            Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(endPoint);
            listener.Listen(4096);
            _listeners.Add(listener);
            _loop.Add(listener);
        }

        _loop.Start();
    }

    /// <summary>Where it listens: several addresses, so that no pair of addresses runs out of ports.</summary>
    public static IReadOnlyList<IPEndPoint> EndPoints { get; } =
        [.. Enumerable.Range(1, Addresses).Select(i => new IPEndPoint(new IPAddress([127, 77, 0, (byte)i]), Port))];

    /// <summary>One of them.</summary>
    public IPEndPoint NextEndPoint() => EndPoints[(int)((uint)Interlocked.Increment(ref _next) % Addresses)];

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

        _loop.Dispose();
    }

    private void Serve(Socket socket, byte wanted)
    {
        if (wanted == Hold)
        {
            _held.TryAdd(socket, 0);
            socket.Send([Hold]);
            return;
        }

        new Thread(() => PourFor(socket, wanted), StackSize) { IsBackground = true }.Start();
    }

    private static void PourFor(Socket socket, byte wanted)
    {
        using (socket)
        {
            byte[] buffer = new byte[256 * 1024];
            try
            {
                switch (wanted)
                {
                    case Source:
                        Pour.Out(socket, buffer);
                        break;
                    case Counted:
                        Dial.Receive(socket, buffer.AsSpan(0, sizeof(long)));
                        Pour.Out(socket, buffer, BinaryPrimitives.ReadInt64BigEndian(buffer));
                        break;
                    case Sink:
                        Pour.In(socket, ref Pour.TakenByTarget);
                        break;
                    case SourceAndSink:
                        new Thread(() => Pour.In(socket, ref Pour.TakenByTarget), StackSize) { IsBackground = true }.Start();
                        Pour.Out(socket, buffer);
                        break;
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client left before it said how much it wants.
            }
        }
    }
}
