using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>Virtual time that passes as soon as somebody waits for a little of it: an overlay's latencies take no time of the machine's, and deadlines stay far away.</summary>
/// <param name="most">The longest wait that passes by itself.</param>
internal sealed class HurriedClock(TimeSpan most) : FakeTimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= most)
        {
            // Not under whoever waits, who may hold a lock.
            ThreadPool.QueueUserWorkItem(static wait => wait.Clock.Advance(wait.Span), (Clock: this, Span: dueTime), preferLocal: false);
        }

        return timer;
    }
}
