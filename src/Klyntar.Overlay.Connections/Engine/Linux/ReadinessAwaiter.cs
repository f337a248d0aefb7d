using System.Threading.Tasks.Sources;

namespace Klyntar.Overlay.Connections;

/// <summary>Lets code await a <see cref="Readiness"/>. Used again for each of its waits, of which there is one at a time.</summary>
internal sealed class ReadinessAwaiter(EpollLoop loop, Readiness readiness) : IValueTaskSource, ILoopWork
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private bool _cancelled;

    // From the beginning of a wait until its result was taken. A second wait meanwhile would lose the first, or end the loop.
    private bool _inUse;

    /// <summary>Two callers receive, or send, on one socket.</summary>
    public static InvalidOperationException TwoAtOnce() =>
        new("Somebody waits for this socket already: at most one may receive at a time, and one send. Await the first call before the next.");

    /// <summary>Before a wait: from there on it may end at any moment.</summary>
    public void Prepare(bool onLoop)
    {
        if (_inUse)
        {
            throw TwoAtOnce();
        }

        _core.Reset();
        _core.RunContinuationsAsynchronously = !onLoop;
    }

    /// <summary>The wait that was prepared and has begun.</summary>
    public ValueTask Begin(CancellationToken cancellationToken)
    {
        _inUse = true;
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static s => ((ReadinessAwaiter)s!).Cancel(), this);
        }

        return new ValueTask(this, _core.Version);
    }

    void ILoopWork.Run()
    {
        if (_cancelled)
        {
            _cancelled = false;
            _core.SetException(new OperationCanceledException(_token));
        }
        else if (readiness.IsClosed)
        {
            _core.SetException(Errno.ToException(Errno.BadDescriptor));
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
        _inUse = false;
        _ = _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (readiness.TryEndWait())
        {
            _cancelled = true;
            loop.Post(this);
        }
    }
}
