namespace Klyntar.Overlay;

/// <summary>A point on the monotonic clock by which something must be done. Passed on unchanged from layer to layer, so that no layer grants time anew.</summary>
public readonly struct Deadline
{
    // The longest time that a timer takes: 0xFFFFFFFE milliseconds, 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(0xFFFFFFFE);

    private readonly TimeProvider? _clock;
    private readonly long _timestamp;

    private Deadline(TimeProvider clock, long timestamp)
    {
        _clock = clock;
        _timestamp = timestamp;
    }

    /// <summary>No deadline.</summary>
    public static Deadline None => default;

    /// <summary>Whether this is a deadline at all.</summary>
    public bool IsSet => _clock is not null;

    /// <summary>The time left, never negative; <see cref="Timeout.InfiniteTimeSpan"/> where there is no deadline.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_clock is null)
            {
                return Timeout.InfiniteTimeSpan;
            }

            TimeSpan left = _clock.GetElapsedTime(_clock.GetTimestamp(), _timestamp);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _clock is not null && Remaining == TimeSpan.Zero;

    /// <summary>A deadline a while from now.</summary>
    /// <param name="span">How long, at least zero; <see cref="Timeout.InfiniteTimeSpan"/> for no deadline.</param>
    /// <param name="clock">The clock that measures it.</param>
    public static Deadline After(TimeSpan span, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (span == Timeout.InfiniteTimeSpan)
        {
            return None;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);

        // 128 bits, since the largest spans times the frequency pass 64: such a deadline must be far away, not in the past.
        Int128 due = clock.GetTimestamp() + ((Int128)span.Ticks * clock.TimestampFrequency / TimeSpan.TicksPerSecond);
        return new Deadline(clock, due < long.MaxValue ? (long)due : long.MaxValue);
    }

    /// <summary>The earlier of this deadline and one a while from now.</summary>
    /// <param name="span">How long, at least zero; <see cref="Timeout.InfiniteTimeSpan"/> for this deadline as it is.</param>
    /// <param name="clock">The clock that measures it.</param>
    public Deadline AtMost(TimeSpan span, TimeProvider clock)
    {
        Deadline other = After(span, clock);
        return !IsSet || (other.IsSet && other.Remaining < Remaining) ? other : this;
    }

    /// <summary>A source that is cancelled when the time is over, and not before, or when the given token is. Dispose it when the work is done.</summary>
    /// <param name="cancellationToken">Another reason to stop. Where it is cancelled the caller gave up; otherwise the time is over.</param>
    public CancellationTokenSource CreateLinkedSource(CancellationToken cancellationToken) => CreateLinkedSource(cancellationToken, default);

    /// <summary>The same for two tokens.</summary>
    /// <param name="first">A reason to stop.</param>
    /// <param name="second">Another one.</param>
    public CancellationTokenSource CreateLinkedSource(CancellationToken first, CancellationToken second) => _clock is null
        ? CancellationTokenSource.CreateLinkedTokenSource(first, second)
        : new LinkedSource(TimerFor(Remaining), _clock, first, second);

    // Timers drop fractions of a millisecond; rounded up, the deadline is over when the token says so.
    private static TimeSpan TimerFor(TimeSpan remaining) =>
        remaining >= LongestTimer ? LongestTimer : TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds));

    private sealed class LinkedSource : CancellationTokenSource
    {
        private static readonly Action<object?> CancelSource = static s => ((CancellationTokenSource)s!).Cancel();

        private readonly CancellationTokenRegistration _first;
        private readonly CancellationTokenRegistration _second;

        public LinkedSource(TimeSpan span, TimeProvider clock, CancellationToken first, CancellationToken second)
            : base(span, clock)
        {
            _first = first.UnsafeRegister(CancelSource, this);
            _second = second.UnsafeRegister(CancelSource, this);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                // Waits for a cancellation that is under way, so that it never meets a disposed source.
                _first.Dispose();
                _second.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
