namespace Klyntar.Overlay.Gateway;

/// <summary>Keeps dials away from what cannot be reached: after some failures in a row only one dial at a time tries, at growing intervals, and the others wait for how it goes.</summary>
/// <remarks>A circuit breaker whose open state holds callers back and refuses none: a node that waits for its dial makes no other.</remarks>
internal sealed class PeerBreaker(TimeProvider clock)
{
    /// <summary>How many failures in a row open it.</summary>
    internal const int FailuresToOpen = 3;

    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan LastPause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private int _failures;
    private TimeSpan _pause = FirstPause;
    private long _openedAt;
    private TimeSpan _wait;
    private bool _isTrying;

    /// <summary>How many dials in a row have failed.</summary>
    public int Failures
    {
        get
        {
            lock (_gate)
            {
                return _failures;
            }
        }
    }

    /// <summary>How long until the next trial; null where dials go through, zero where the trial is under way or due.</summary>
    public TimeSpan? NextTrial
    {
        get
        {
            lock (_gate)
            {
                return _failures < FailuresToOpen ? null : _isTrying ? TimeSpan.Zero : Left();
            }
        }
    }

    /// <summary>Waits until a dial may go. Whoever was let through tells how it went: <see cref="Reached"/>, <see cref="Failed"/> or <see cref="GaveUp"/>.</summary>
    /// <returns>Whether it is the trial.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; there is nothing to tell then.</exception>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan left;
            lock (_gate)
            {
                if (_failures < FailuresToOpen)
                {
                    return false;
                }

                left = Left();
                if (!_isTrying && left == TimeSpan.Zero)
                {
                    _isTrying = true;
                    return true;
                }

                changed = _changed.Task;
                left = _isTrying ? Timeout.InfiniteTimeSpan : left;
            }

            try
            {
                await changed.WaitAsync(left, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The pause is over; one of those who waited for that tries.
            }
        }
    }

    /// <summary>A dial was successful: all go through again.</summary>
    public void Reached()
    {
        lock (_gate)
        {
            if (_failures > 0)
            {
                (_failures, _pause, _isTrying) = (0, FirstPause, false);
                Tell();
            }
        }
    }

    /// <summary>A dial failed.</summary>
    /// <param name="isTrial">Whether it was the trial. Of those that were under way when it opened, none counts any more.</param>
    public void Failed(bool isTrial)
    {
        lock (_gate)
        {
            if (!isTrial && _failures >= FailuresToOpen)
            {
                return;
            }

            _isTrying = false;
            if (++_failures >= FailuresToOpen)
            {
                _openedAt = clock.GetTimestamp();
                _wait = _pause * (0.5 + Random.Shared.NextDouble());
                _pause = 2 * _pause < LastPause ? 2 * _pause : LastPause;
                Tell();
            }
        }
    }

    /// <summary>A dial was given up before it told anything: where it was the trial, somebody else may try.</summary>
    public void GaveUp(bool isTrial)
    {
        lock (_gate)
        {
            if (isTrial)
            {
                _isTrying = false;
                Tell();
            }
        }
    }

    private TimeSpan Left()
    {
        TimeSpan left = _wait - clock.GetElapsedTime(_openedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // Whoever waits resumes in the thread pool, so that this may be called with the lock held.
    private void Tell()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
