namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>A clock on which every pause up to a minute is over as soon as it begins, and is noted.</summary>
internal sealed class PausingClock(TimeProvider inner) : TimeProvider
{
    private readonly List<TimeSpan> _pauses = [];

    public IReadOnlyList<TimeSpan> Pauses => _pauses;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        bool isPause = dueTime <= TimeSpan.FromMinutes(1) && dueTime >= TimeSpan.Zero;
        if (isPause)
        {
            _pauses.Add(dueTime);
        }

        return isPause ? System.CreateTimer(callback, state, TimeSpan.Zero, period) : inner.CreateTimer(callback, state, dueTime, period);
    }
}
