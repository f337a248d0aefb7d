using System.Net;

namespace Klyntar.Overlay.Connections;

/// <summary>A connected stream socket of an engine. At most one reader and one writer at a time; closing is safe from any thread, and more than once.</summary>
/// <remarks>
/// Once <see cref="Abort"/> or <see cref="Dispose"/> was called, operations throw a <see cref="System.Net.Sockets.SocketException"/>
/// with <see cref="System.Net.Sockets.SocketError.OperationAborted"/>, and those that wait end with it. What the kernel was
/// just then carrying out may end in its own way.
/// </remarks>
public abstract class EngineSocket : IAsyncDisposable, IDisposable
{
    /// <summary>The engine that owns the descriptor.</summary>
    public abstract SocketEngine Engine { get; }

    /// <summary>
    /// Whether whoever awaits this socket's operations may resume on the engine's own loop, where nothing may block: faster, and a
    /// promise of the caller's. Off unless set; an engine without a loop resumes in the thread pool all the same.
    /// </summary>
    public virtual bool ResumesOnLoop { get => false; set => _ = value; }

    /// <summary>This side's address; null once closed.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The other side's address; null once closed, or where the other side was gone before it was asked for.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>The user on the other side of a Unix socket, as the kernel tells (SO_PEERCRED, LOCAL_PEERCRED), or null where it does not.</summary>
    public abstract uint? PeerUserId { get; }

    /// <summary>How many bytes went over the connection so far, as the kernel counts them; null where it does not tell, or the socket is closed and was not told to remember.</summary>
    public virtual SocketTraffic? Traffic => null;

    /// <summary>Whether <see cref="Traffic"/> is still told once the socket is closed, for the price of a system call at that moment.</summary>
    public virtual bool RemembersTraffic { get => false; set => _ = value; }

    /// <summary>Waits until there is something to receive, or the other side has ended, without holding a buffer.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The connection was reset or failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. Nothing is lost: the wait may be repeated.</exception>
    public abstract ValueTask WaitReadableAsync(CancellationToken cancellationToken = default);

    /// <summary>Receives at least one byte. The buffer must not be empty.</summary>
    /// <returns>How many bytes were received; 0 once the other side has ended its direction (FIN).</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The connection was reset or failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. No byte is lost: receiving may go on.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Sends all the bytes.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The connection was reset or failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. How many bytes were sent is unknown: the socket is fit only to be closed.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Has what comes next acknowledged at once, where TCP would put that off for a moment to send it together with an answer: for a protocol whose other side waits for it. It lasts for a few segments. Does nothing where the platform has no such wish, or the connection is gone.</summary>
    public virtual void AcknowledgeAtOnce()
    {
    }

    /// <summary>Ends this direction (FIN) after what was sent; receiving goes on. Does nothing where the connection is gone already.</summary>
    public abstract void ShutdownSend();

    /// <summary>Closes at once, discarding what is queued: the other side of a TCP connection sees a reset (RST). A Unix socket knows no reset; there the other side sees the end.</summary>
    public abstract void Abort();

    /// <summary>Closes. What was sent is still delivered, unless bytes of the other side were left unread: then TCP resets the connection.</summary>
    public abstract void Dispose();

    /// <summary>Closes, as <see cref="Dispose"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes receiving end, after what has arrived, as if the other side had ended its direction; wakes a receiver that waits. Sending goes on.</summary>
    /// <remarks>A platform that cannot closes the socket instead: the receiver is woken by an error.</remarks>
    internal abstract void StopReceiving();

    /// <summary>Whether an end that was received was a reset in truth: a kernel tells one of a sender and a receiver, and to the other it looks like an end.</summary>
    internal virtual bool WasReset() => false;
}
