using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>Whether one direction of a descriptor may go on, and who waits for that: one at a time.</summary>
/// <remarks>
/// The kernel tells edges: once, when something becomes possible. An edge that comes while nobody waits is kept for the next
/// one who does, so the order is: try, and wait when the kernel says EAGAIN; there is no wait if an edge came between.
/// A waiter runs on the loop, always: whoever cancels or closes never runs it.
/// </remarks>
internal sealed class Readiness(EpollLoop loop)
{
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Waiting = 2;
    private const int Closed = 3;

    private int _state;

    // Who waits, or waited last.
    private ILoopWork? _waiter;
    private ReadinessAwaiter? _awaiter;

    /// <summary>Whether the descriptor was closed.</summary>
    public bool IsClosed => Volatile.Read(ref _state) == Closed;

    /// <summary>Has the waiter run on the loop at the next edge, or when the descriptor is closed.</summary>
    /// <returns>False where an edge has come since the last wait, or the descriptor is closed: trying again tells. Nobody waits then.</returns>
    /// <exception cref="InvalidOperationException">Somebody waits already, and goes on to.</exception>
    public bool TryWait(ILoopWork waiter)
    {
        int state = Volatile.Read(ref _state);
        if (state == Waiting)
        {
            throw ReadinessAwaiter.TwoAtOnce();
        }

        if (state == Idle)
        {
            // Mostly the one of the last time.
            if (_waiter != waiter)
            {
                _waiter = waiter;
            }

            if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
            {
                return true;
            }
        }

        // Nobody waits, so that nobody but this call takes the edge; or it was closed.
        _ = Interlocked.CompareExchange(ref _state, Idle, Ready);
        return false;
    }

    /// <summary>The same to be awaited.</summary>
    /// <param name="onLoop">Whether the waiter resumes on the loop itself, and so promises not to block; else in the thread pool.</param>
    /// <param name="cancellationToken">Gives up; an edge that comes then is kept.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="SocketException">The descriptor was closed during the wait. Where it was before, trying again tells.</exception>
    /// <exception cref="InvalidOperationException">Somebody waits already, and goes on to.</exception>
    public ValueTask WaitAsync(bool onLoop, CancellationToken cancellationToken = default)
    {
        ReadinessAwaiter awaiter = _awaiter ??= new ReadinessAwaiter(loop, this);
        awaiter.Prepare(onLoop);
        return TryWait(awaiter) ? awaiter.Begin(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Lets whatever else the loop has to do come first. Only while nobody waits.</summary>
    public ValueTask YieldAsync()
    {
        ReadinessAwaiter awaiter = _awaiter ??= new ReadinessAwaiter(loop, this);
        awaiter.Prepare(onLoop: true);
        loop.Post(awaiter);
        return awaiter.Begin(default);
    }

    /// <summary>Keeps nothing for those who await: from now on somebody waits in another way, and for long.</summary>
    public void ForgetAwaiter() => _awaiter = null;

    /// <summary>An edge. On the loop.</summary>
    public void Signal()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Waiting when TryEndWait():
                    _waiter!.Run();
                    return;
                case Idle when Interlocked.CompareExchange(ref _state, Ready, Idle) == Idle:
                    return;
                case Ready or Closed:
                    return;
                default:
                    break;
            }
        }
    }

    /// <summary>Ends the wait, which then is the caller's to tell of.</summary>
    /// <returns>False where nobody waits, or another call ends the wait.</returns>
    public bool TryEndWait() => Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting;

    /// <summary>The descriptor is closed: nobody waits for it any more. From any thread.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
        {
            loop.Post(_waiter!);
        }
    }
}
