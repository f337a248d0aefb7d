namespace Klyntar.Overlay.Connections;

/// <summary>How a dial waits for a Unix socket whose backlog is full, which refuses at once (EAGAIN) where TCP would wait.</summary>
internal struct BacklogPatience(TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LastPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _pause = FirstPause;

    /// <summary>How long to pause before dialling again, or null once it was long enough.</summary>
    public TimeSpan? NextPause()
    {
        if (clock.GetElapsedTime(_start) >= Limit)
        {
            return null;
        }

        TimeSpan pause = _pause * (0.5 + Random.Shared.NextDouble());
        _pause = _pause < LastPause ? 2 * _pause : LastPause;
        return pause;
    }
}
