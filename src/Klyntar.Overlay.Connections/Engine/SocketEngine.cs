using System.Net;

namespace Klyntar.Overlay.Connections;

/// <summary>
/// Owns every descriptor from its birth, at accept or connect: the one place that knows how this platform waits for
/// sockets and moves bytes between them.
/// </summary>
/// <remarks>
/// An engine may run continuations inline on its own loop, so code awaiting its operations must never block. What leaves
/// the engine as a <see cref="SocketConnection"/> pipe does not run on the loop.
/// </remarks>
public abstract class SocketEngine
{
    /// <summary>The engine over System.Net.Sockets, for every platform.</summary>
    public static SocketEngine Portable { get; } = new PortableSocketEngine(TimeProvider.System);

    /// <summary>Its name in status and logs.</summary>
    public abstract string Name { get; }

    /// <summary>Whether whoever awaits an operation resumes on the engine's own loop. Pipes then hop to the thread pool.</summary>
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
    /// bounded and an idle copy holds no buffer. Aborting or disposing a socket stops the copy. Never throws.
    /// </summary>
    /// <param name="source">Where the bytes come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="progress">Told of bytes as they are moved.</param>
    /// <returns>Which side ended the copy, and how.</returns>
    internal virtual ValueTask<CopyOutcome> CopyAsync(EngineSocket source, EngineSocket destination, ICopyProgress progress) =>
        SocketCopy.RunAsync(source, destination, progress);
}
