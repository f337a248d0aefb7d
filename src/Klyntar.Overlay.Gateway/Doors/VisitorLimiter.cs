namespace Klyntar.Overlay.Gateway;

/// <summary>Keeps each visitor of a service on one overlay within its limits.</summary>
/// <remarks>A visitor is remembered for a minute after its last connection. Strangers decide how many visitors there are, so that those who have left are forgotten earlier where they are too many.</remarks>
/// <param name="limits">The limits.</param>
/// <param name="clock">Measures them.</param>
/// <param name="abort">Ends all visitors' connections.</param>
internal sealed class VisitorLimiter(VisitorLimits limits, TimeProvider clock, CancellationToken abort)
{
    /// <summary>How many visitors who have left are remembered.</summary>
    public const int MostRemembered = 65_536;

    /// <summary>How long rates are measured over, and visitors remembered.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly long _start = clock.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    // In the order in which they left. Who came again is in it in vain, and has a later time.
    private readonly Queue<(string Identity, TimeSpan LeftAt)> _left = new();

    /// <summary>How many visitors are known: here, or remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _known.Count;
            }
        }
    }

    /// <summary>A connection has come.</summary>
    /// <param name="identity">The visitor's.</param>
    /// <param name="cut">Cancelled when the visitor is expelled or all connections are aborted.</param>
    public VisitorVerdict Enter(string identity, out CancellationToken cut)
    {
        TimeSpan now = clock.GetElapsedTime(_start);
        CancellationTokenSource? expelled = null;
        VisitorVerdict verdict;
        lock (_gate)
        {
            Forget(now);
            if (!_known.TryGetValue(identity, out Known? visitor))
            {
                visitor = new Known { Cut = NewCut() };
                _known.Add(identity, visitor);
            }

            if (visitor.Open < (limits.Connections ?? int.MaxValue) && IsDue(visitor, now))
            {
                visitor.Open++;
                cut = visitor.Cut.Token;
                return VisitorVerdict.Admitted;
            }

            verdict = TurnAway(visitor, now);
            if (verdict == VisitorVerdict.Expelled)
            {
                expelled = visitor.Cut;
                visitor.Cut = NewCut();
            }

            if (visitor.Open == 0)
            {
                OnLeft(identity, visitor, now);
            }
        }

        cut = default;
        if (expelled is not null)
        {
            _ = CutAsync(expelled);
        }

        return verdict;
    }

    /// <summary>A connection that was admitted has ended.</summary>
    public void Leave(string identity)
    {
        TimeSpan now = clock.GetElapsedTime(_start);
        lock (_gate)
        {
            if (_known.TryGetValue(identity, out Known? visitor) && --visitor.Open == 0)
            {
                OnLeft(identity, visitor, now);
            }
        }
    }

    // The generic cell rate algorithm: each connection takes its share of the minute, and one minute may be taken in advance.
    private bool IsDue(Known visitor, TimeSpan now)
    {
        if (limits.ConnectionsPerMinute is not { } rate)
        {
            return true;
        }

        TimeSpan share = Window / rate;
        TimeSpan paidUntil = visitor.PaidUntil > now ? visitor.PaidUntil : now;
        if (paidUntil - now > Window - share)
        {
            return false;
        }

        visitor.PaidUntil = paidUntil + share;
        return true;
    }

    private VisitorVerdict TurnAway(Known visitor, TimeSpan now)
    {
        if (visitor.TurnedAway == 0 || now - visitor.TurnedAwaySince > Window)
        {
            visitor.TurnedAway = 0;
            visitor.TurnedAwaySince = now;
        }

        // Once: what still comes was on its way when its road was closed.
        return ++visitor.TurnedAway == limits.ExpelAfter ? VisitorVerdict.Expelled : VisitorVerdict.TurnedAway;
    }

    private void OnLeft(string identity, Known visitor, TimeSpan now)
    {
        visitor.LeftAt = now;
        _left.Enqueue((identity, now));
        Forget(now);
    }

    private void Forget(TimeSpan now)
    {
        while (_left.TryPeek(out (string Identity, TimeSpan LeftAt) oldest) && (_left.Count > MostRemembered || now - oldest.LeftAt > Window))
        {
            _left.Dequeue();
            if (_known.TryGetValue(oldest.Identity, out Known? visitor) && visitor.Open == 0 && visitor.LeftAt == oldest.LeftAt)
            {
                _known.Remove(oldest.Identity);
                visitor.Cut.Dispose();
            }
        }
    }

    private CancellationTokenSource NewCut() => CancellationTokenSource.CreateLinkedTokenSource(abort);

    // What hangs on it is not run here.
    private static async Task CutAsync(CancellationTokenSource cut)
    {
        await cut.CancelAsync();
        cut.Dispose();
    }

    private sealed class Known
    {
        public int Open { get; set; }

        public required CancellationTokenSource Cut { get; set; }

        public TimeSpan PaidUntil { get; set; }

        public int TurnedAway { get; set; }

        public TimeSpan TurnedAwaySince { get; set; }

        public TimeSpan LeftAt { get; set; }
    }
}
