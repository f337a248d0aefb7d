using System.Threading.Tasks.Sources;

namespace Klyntar.Overlay.Connections;

/// <summary>Whether one direction of a descriptor may go on, and who waits for that: one at a time.</summary>
/// <remarks>
/// The kernel tells edges: once, when something becomes possible. An edge that comes while nobody waits is kept for the next
/// one who does, so the order is: try, and wait when the kernel says EAGAIN; the wait ends at once if an edge came between.
/// A waiter resumes on the loop, always: whoever cancels or closes never runs it.
/// </remarks>
internal sealed class Readiness(EpollLoop loop) : IValueTaskSource, ILoopWork
{
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Waiting = 2;
    private const int Closed = 3;

    private ManualResetValueTaskSourceCore<bool> _core;
    private int _state;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    // What ended the wait, where the loop's own event did not.
    private bool _cancelled;

    /// <summary>Waits for the next edge, or one that came since the last wait. Ends too when the descriptor is closed: trying again tells.</summary>
    /// <param name="onLoop">Whether the waiter resumes on the loop itself, and so promises not to block; else in the thread pool.</param>
    /// <param name="cancellationToken">Gives up; an edge that comes then is kept.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask WaitAsync(bool onLoop, CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Ready) == Ready)
        {
            return ValueTask.CompletedTask;
        }

        _core.Reset();
        _core.RunContinuationsAsynchronously = !onLoop;
        _token = cancellationToken;
        switch (Interlocked.CompareExchange(ref _state, Waiting, Idle))
        {
            case Ready:
                _ = Interlocked.CompareExchange(ref _state, Idle, Ready);
                return ValueTask.CompletedTask;
            case Closed:
                return ValueTask.CompletedTask;
            default:
                break;
        }

        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (s, _) => ((Readiness)s!).Cancel(), this);
        }

        return new ValueTask(this, _core.Version);
    }

    /// <summary>Lets whatever else the loop has to do come first. Only from the loop, and while nobody waits.</summary>
    public ValueTask YieldAsync()
    {
        _core.Reset();
        _core.RunContinuationsAsynchronously = false;
        loop.Post(this);
        return new ValueTask(this, _core.Version);
    }

    /// <summary>An edge. On the loop.</summary>
    public void Signal()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Waiting when Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting:
                    _core.SetResult(true);
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

    /// <summary>The descriptor is closed: nobody waits for it any more. From any thread.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
        {
            loop.Post(this);
        }
    }

    void ILoopWork.Run()
    {
        if (_cancelled)
        {
            _cancelled = false;
            _core.SetException(new OperationCanceledException(_token));
        }
        else
        {
            _core.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a cancellation that is just under way, which does no more than to post: else it might hit the next wait.
        _registration.Dispose();
        _registration = default;
        _ = _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
        {
            _cancelled = true;
            loop.Post(this);
        }
    }
}
