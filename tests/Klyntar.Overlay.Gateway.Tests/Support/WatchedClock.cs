using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Virtual time that tells when somebody begins to wait, so that a test lets it pass no sooner.</summary>
internal sealed class WatchedClock : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _armed = [];

    /// <summary>How long those wait who began to, but for those whose time <see cref="PassAsync"/> had pass.</summary>
    public IReadOnlyList<TimeSpan> Armed
    {
        get
        {
            lock (_gate)
            {
                return [.. _armed];
            }
        }
    }

    /// <summary>Waits until somebody waits for just so long, and has that time pass.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await Patience.UntilAsync(() =>
        {
            lock (_gate)
            {
                return _armed.Remove(time);
            }
        });
        Advance(time);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_gate)
        {
            _armed.Add(dueTime);
        }

        return timer;
    }
}
