using System.Net;

namespace Klyntar.Overlay.Connections;

/// <summary>A connected stream socket of an engine. At most one reader and one writer at a time.</summary>
public abstract class EngineSocket : IAsyncDisposable, IDisposable
{
    /// <summary>The engine that owns the descriptor.</summary>
    public abstract SocketEngine Engine { get; }

    /// <summary>This side's address.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The other side's address.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>The user on the other side of a Unix socket, as the kernel tells (SO_PEERCRED), or null where it does not.</summary>
    public abstract uint? PeerUserId { get; }

    /// <summary>Waits until there is something to receive, or the other side has ended, without holding a buffer.</summary>
    public abstract ValueTask WaitReadableAsync(CancellationToken cancellationToken = default);

    /// <summary>Receives at least one byte.</summary>
    /// <returns>How many bytes were received; 0 once the other side has ended its direction (FIN).</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The connection was reset or failed.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Sends all the bytes.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The connection was reset or failed.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Ends this direction (FIN) after what was sent; receiving goes on.</summary>
    public abstract void ShutdownSend();

    /// <summary>Closes at once, discarding what is queued: the other side sees a reset (RST). Ends operations under way.</summary>
    public abstract void Abort();

    /// <summary>Closes. What was sent is still delivered. Ends operations under way.</summary>
    public abstract void Dispose();

    /// <summary>Closes, as <see cref="Dispose"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
