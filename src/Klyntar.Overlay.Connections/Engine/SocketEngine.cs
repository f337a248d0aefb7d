using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>
/// Owns every descriptor from its birth, at accept or connect: the one place that knows how this platform waits for
/// sockets and moves bytes between them.
/// </summary>
/// <remarks>
/// Whoever awaits an operation resumes in the thread pool, except where a socket was told otherwise (<see cref="EngineSocket.ResumesOnLoop"/>).
/// What leaves the engine as a <see cref="SocketConnection"/> pipe never runs on a loop.
/// </remarks>
public abstract class SocketEngine
{
    // <netinet/in.h> of Linux: the port is chosen at connect, so that one local address serves as many connections as there are remote ones.
    private protected const int LinuxIpBindAddressNoPort = 24;

    private static readonly Lazy<SocketEngine?> TheLinux = new(() => LinuxSocketEngine.TryCreate(TimeProvider.System));

    /// <summary>The engine over System.Net.Sockets, for every platform.</summary>
    public static SocketEngine Portable { get; } = new PortableSocketEngine(TimeProvider.System);

    /// <summary>The engine over epoll and splice; null where there is none: elsewhere than on Linux on x64 and arm64, or where the kernel gives no epoll.</summary>
    public static SocketEngine? Linux => TheLinux.Value;

    /// <summary>The fastest engine that this machine has.</summary>
    public static SocketEngine Default => Linux ?? Portable;

    /// <summary>Its name in status and logs.</summary>
    public abstract string Name { get; }

    /// <summary>Whether its copies run on a loop of its own, so that what follows them must not block.</summary>
    internal virtual bool ResumesOnLoop => false;

    /// <summary>Connects a stream socket. On TCP, small segments are not delayed (TCP_NODELAY).</summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>; names are never resolved.</param>
    /// <param name="localEndPoint">The address to connect from, or null for the system's choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The end point is of another kind.</exception>
    public abstract ValueTask<EngineSocket> ConnectAsync(EndPoint endPoint, EndPoint? localEndPoint, CancellationToken cancellationToken);

    /// <summary>Listens for stream sockets.</summary>
    /// <param name="endPoint">An IP end point (port 0 for a free one) or the path of a Unix socket. A stale Unix socket that nobody listens on is replaced.</param>
    /// <param name="options">How to listen.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on; <see cref="System.Net.Sockets.SocketError.AddressAlreadyInUse"/> where somebody does.</exception>
    /// <exception cref="OverlayException">Something that is no socket is in the place of a Unix socket's file.</exception>
    /// <exception cref="ArgumentException">The end point is of another kind.</exception>
    public abstract EngineListener Listen(EndPoint endPoint, EngineListenOptions options);

    /// <summary>
    /// Copies from one of this engine's sockets to another until the source ends, and does not pass the end on. Back-pressure is
    /// bounded and an idle copy holds no buffer. Aborting or disposing both sockets stops the copy; one alone, when the copy next
    /// turns to it. Never throws: which side ended the copy, and how, is told at its end.
    /// </summary>
    /// <param name="source">Where the bytes come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="progress">Told of bytes as they are moved, and of the end.</param>
    internal virtual void Copy(EngineSocket source, EngineSocket destination, ICopyProgress progress) =>
        _ = SocketCopy.RunAsync(source, destination, progress);

    /// <summary>Opens a socket that listens, as every engine does it.</summary>
    private protected static Socket OpenListening(EndPoint endPoint, EngineListenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckKind(endPoint);
        Socket socket = NewSocket(endPoint);
        try
        {
            if (endPoint is UnixDomainSocketEndPoint unix)
            {
                UnixSocketFile.Bind(socket, unix, options.UnixMode);
            }
            else
            {
                socket.Bind(endPoint);
            }

            socket.Listen(options.Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private protected static Socket NewSocket(EndPoint endPoint)
    {
        if (endPoint is UnixDomainSocketEndPoint)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private protected static void CheckKind(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        if (endPoint is not (IPEndPoint or UnixDomainSocketEndPoint))
        {
            throw new ArgumentException($"A {endPoint.GetType().Name} is neither an IP end point nor a Unix socket; names are never resolved here.", nameof(endPoint));
        }
    }
}
