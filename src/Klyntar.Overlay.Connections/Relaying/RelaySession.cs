namespace Klyntar.Overlay.Connections;

/// <summary>One relay under way: runs both directions, decides what each ending means, and keeps the first cause.</summary>
internal sealed class RelaySession
{
    // A timer does not reach further than 49 days; it looks again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan SlowReceiverLook = TimeSpan.FromMilliseconds(100);

    private readonly RelayOptions _options;
    private readonly RelayLeg _first;
    private readonly RelayLeg _second;
    private readonly RelayDirection _forward;
    private readonly RelayDirection _back;
    private readonly TaskCompletionSource<RelayResult> _result = new();
    private CancellationTokenRegistration _stop;
    private ITimer? _timer;

    // Directions whose copy is not over.
    private int _running = 2;
    private bool _closed;

    // The first cause, once decided.
    private bool _decided;
    private RelaySide _endedBy;
    private RelayEndCause _cause;
    private Exception? _exception;

    // The side whose FIN came first: who ended a relay that finishes in good order.
    private RelaySide? _firstFin;

    // Not null once both sides are being aborted, which must be done before they are closed: else one of them would see a FIN.
    private TaskCompletionSource? _abort;

    public RelaySession(RelayLeg first, RelayLeg second, RelayOptions options)
    {
        _options = options;
        _first = first;
        _second = second;
        long now = options.Clock.GetTimestamp();
        _forward = new RelayDirection(this, RelaySide.First, first, second, now);
        _back = new RelayDirection(this, RelaySide.Second, second, first, now);
        _forward.NeedsStamps = _back.NeedsStamps = LimitsIdling;
    }

    public TimeProvider Clock => _options.Clock;

    public RelayCounters? Counters => _options.Counters;

    private bool LimitsIdling => _options.IdleLimit != Timeout.InfiniteTimeSpan;

    /// <summary>Relays. Whoever awaits the result resumes where the relay ended, perhaps on an engine's loop.</summary>
    public Task<RelayResult> RunAsync(CancellationToken cancellationToken)
    {
        Counters?.OnStarted();
        if (LimitsIdling)
        {
            Check();
        }

        _stop = cancellationToken.UnsafeRegister(static s => ((RelaySession)s!).Stop(), this);
        _second.CopyTo(_first, _back);
        _first.CopyTo(_second, _forward);
        return _result.Task;
    }

    /// <summary>One direction's copy is over. Never throws: legs do not.</summary>
    public void OnEnded(RelayDirection direction, CopyOutcome outcome)
    {
        switch (outcome.End)
        {
            case CopyEnd.SourceEnded when PassesFin(direction):
                ValueTask<Exception?> ending = direction.Destination.EndAsync();
                if (!ending.IsCompleted)
                {
                    _ = AwaitAsync(ending);
                    return;
                }

                OnFinPassed(direction, ending.Result);
                break;
            case CopyEnd.DestinationEnded:
                OnDestinationEnded(direction);
                break;
            case CopyEnd.SourceFailed:
                Fail(direction.SourceSide, outcome.Cause);
                break;
            case CopyEnd.DestinationFailed:
                Fail(direction.DestinationSide, outcome.Cause);
                break;
            case CopyEnd.Stopped:
                // If not by this session, then by whoever else holds the connection.
                Stop();
                break;
            default:
                break;
        }

        OnOver();

        async Task AwaitAsync(ValueTask<Exception?> ending)
        {
            OnFinPassed(direction, await ending);
            OnOver();
        }
    }

    private void OnFinPassed(RelayDirection direction, Exception? fault)
    {
        if (fault is not null)
        {
            Fail(direction.DestinationSide, fault);
        }
    }

    private void OnOver()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ = FinishAsync();
        }
    }

    private async Task FinishAsync()
    {
        if (_first.ClosesOffLoop || _second.ClosesOffLoop)
        {
            await ThreadPoolHop.Instance;
        }

        RelayResult result = await CloseAsync();
        _ = _stop.Unregister();
        Counters?.OnEnded();
        _result.SetResult(result);
    }

    /// <summary>Notes a direction's FIN.</summary>
    /// <returns>Whether to pass it on now; else it is held back, or closing passes it on.</returns>
    private bool PassesFin(RelayDirection direction)
    {
        lock (this)
        {
            direction.HasEnded = true;
            _firstFin ??= direction.SourceSide;
            if (_decided || Opposite(direction).HasEnded)
            {
                return false;
            }

            if (direction.Destination.HalfCloses)
            {
                return true;
            }

            direction.HeldSince = Clock.GetTimestamp();
            _forward.NeedsStamps = _back.NeedsStamps = true;
        }

        Check();
        return false;
    }

    private void OnDestinationEnded(RelayDirection direction)
    {
        lock (this)
        {
            direction.HasEnded = true;
            _firstFin ??= direction.DestinationSide;
        }
    }

    private void Fail(RelaySide side, Exception? cause) =>
        Abort(side, SocketFaults.IsReset(cause) ? RelayEndCause.Reset : RelayEndCause.Failed, cause);

    private void Stop() => Abort(RelaySide.Gateway, RelayEndCause.Stopped, null);

    /// <summary>Resets both sides; the cause counts only if it is the first.</summary>
    private void Abort(RelaySide side, RelayEndCause cause, Exception? exception)
    {
        lock (this)
        {
            Decide(side, cause, exception);
            if (_abort is not null || _closed)
            {
                return;
            }

            _abort = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _first.Abort(exception);
        _second.Abort(exception);
        _abort.SetResult();
    }

    private void Decide(RelaySide side, RelayEndCause cause, Exception? exception)
    {
        if (!_decided)
        {
            _decided = true;
            (_endedBy, _cause, _exception) = (side, cause, exception);
        }
    }

    private RelayDirection Opposite(RelayDirection direction) => direction == _forward ? _back : _forward;

    /// <summary>Looks whether a wait is over, and if not, when to look again.</summary>
    private void Check()
    {
        bool isIdle = false;
        RelayDirection? over = null;
        lock (this)
        {
            if (_abort is not null || _closed)
            {
                return;
            }

            RelayDirection? held = _decided ? null : _forward.HeldSince is not null ? _forward : _back.HeldSince is not null ? _back : null;
            TimeSpan idleLeft = IdleLeft();
            TimeSpan holdLeft = held is null ? TimeSpan.MaxValue : HoldLeft(held);
            if (idleLeft <= TimeSpan.Zero)
            {
                isIdle = true;
            }
            else if (holdLeft <= TimeSpan.Zero)
            {
                over = held!;
                Decide(over.SourceSide, RelayEndCause.HoldBackOver, null);
                WakeAfter(idleLeft);
            }
            else
            {
                WakeAfter(idleLeft < holdLeft ? idleLeft : holdLeft);
            }
        }

        if (isIdle)
        {
            Abort(RelaySide.Gateway, RelayEndCause.Idle, null);
        }

        over?.Destination.StopReading();
    }

    private TimeSpan IdleLeft() => LimitsIdling
        ? _options.IdleLimit - Clock.GetElapsedTime(Math.Max(_forward.LastMoved, _back.LastMoved))
        : TimeSpan.MaxValue;

    private TimeSpan HoldLeft(RelayDirection held)
    {
        if (_options.FinHoldBack == Timeout.InfiniteTimeSpan)
        {
            return TimeSpan.MaxValue;
        }

        RelayDirection other = Opposite(held);
        return other.HasBytesInHand
            ? (_options.FinHoldBack > SlowReceiverLook ? _options.FinHoldBack : SlowReceiverLook)
            : _options.FinHoldBack - Clock.GetElapsedTime(Math.Max(held.HeldSince!.Value, other.LastMoved));
    }

    private void WakeAfter(TimeSpan wait)
    {
        if (wait == TimeSpan.MaxValue)
        {
            return;
        }

        _timer ??= Clock.CreateTimer(static s => ((RelaySession)s!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _timer.Change(wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
    }

    private async ValueTask<RelayResult> CloseAsync()
    {
        Task? abort;
        lock (this)
        {
            Decide(_firstFin ?? RelaySide.Gateway, RelayEndCause.Finished, null);
            abort = _abort?.Task;
        }

        if (abort is not null)
        {
            await abort;
        }

        // Both at once: one that is slow to close must not hold the other open.
        ValueTask<Exception?> closingFirst = _first.CloseAsync();
        Exception? secondFault = await _second.CloseAsync();
        Exception? firstFault = await closingFirst;
        lock (this)
        {
            _closed = true;
            _timer?.Dispose();
        }

        return _cause == RelayEndCause.Finished && (firstFault ?? secondFault) is { } fault
            ? new RelayResult(_forward.Copied, _back.Copied, firstFault is null ? RelaySide.Second : RelaySide.First, RelayEndCause.Failed, fault)
            : new RelayResult(_forward.Copied, _back.Copied, _endedBy, _cause, _exception);
    }
}
