using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Klyntar.Overlay.Testing;

/// <summary>Virtual time that tells which waits begin, so that a test passes exactly those.</summary>
public sealed class WatchedClock : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>How far the clock on the wall was set, or went on by itself while the machine slept and no other did.</summary>
    public TimeSpan WallOffset { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + WallOffset;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Awaits that somebody begins to wait for so long.</summary>
    /// <param name="wait">How long, as the timer was set.</param>
    public async Task BegunAsync(TimeSpan wait)
    {
        while (await _waits.Reader.ReadAsync(TestContext.Current.CancellationToken) != wait)
        {
        }
    }

    /// <summary>Awaits that somebody begins to wait for so long, and lets the time pass.</summary>
    /// <param name="wait">How long, as the timer was set.</param>
    public async Task PassAsync(TimeSpan wait)
    {
        await BegunAsync(wait);
        Advance(wait);
    }
}
