namespace Klyntar.Overlay.Transports.I2P;

/// <summary>What the dials of one client to one destination have shown.</summary>
internal sealed class HostProofs(TimeProvider clock)
{
    // The oldest, and the newest of the others, tell as much as all of them.
    private const int MostWatched = 8;

    // The router ends a connection that nobody accepts after ten.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // To a destination that never answered any session may be as good as another: who tries many dead ones must not be given one for each.
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);

    // As long as lease sets are good for.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly List<WatchedDial> _unanswered = [];
    private DiallingSession? _session;
    private bool _hasAnswered;
    private long? _firstLeft;
    private long _lastLeft;

    /// <summary>A router has consented to a dial.</summary>
    public void Add(DiallingSession session, WatchedDial dial)
    {
        if (_session != session)
        {
            Settle();
            _session = session;
            _unanswered.Clear();
        }

        Settle();
        if (_unanswered.Count == MostWatched)
        {
            _unanswered.RemoveAt(1);
        }

        _unanswered.Add(dial);
    }

    /// <summary>Whether a session does not lead to the destination any more, and another may.</summary>
    public bool IsSilentOver(DiallingSession session)
    {
        Settle();
        return _session == session
            && _unanswered.Exists(dial => clock.GetElapsedTime(dial.Since) >= Patience && dial.HasSaid)
            && (_hasAnswered || session.TimeInUse >= Youth)
            && MayLeave();
    }

    /// <summary>The session was left for another.</summary>
    public void OnLeft()
    {
        _lastLeft = clock.GetTimestamp();
        _firstLeft ??= _lastLeft;
    }

    // A session that was begun while the destination was still gone has learnt its old lease set as well: it is asked for again
    // and again, at growing intervals.
    private bool MayLeave()
    {
        if (_firstLeft is not { } first)
        {
            return true;
        }

        TimeSpan pause = clock.GetElapsedTime(first) / 3;
        return clock.GetElapsedTime(_lastLeft) >= (pause < LongestPause ? pause : LongestPause);
    }

    private void Settle()
    {
        if (_unanswered.FindLast(static dial => dial.IsAnswered) is { } answered)
        {
            _hasAnswered = true;
            if (_firstLeft is not null && clock.GetElapsedTime(_lastLeft) >= LongestPause)
            {
                _firstLeft = null;
            }

            // Those that were dialled before it go the same way: there somebody takes his time.
            _unanswered.RemoveAll(dial => dial.Since <= answered.Since);
        }

        _unanswered.RemoveAll(static dial => dial.IsMoot);
    }
}
