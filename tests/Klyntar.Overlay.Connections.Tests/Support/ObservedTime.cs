using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Virtual time that tells when somebody has set a timer, so that a test advances it neither too early nor by guess.</summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private readonly Channel<bool> _set = Channel.CreateUnbounded<bool>();
    private int _live;

    /// <summary>Timers that were made and not disposed.</summary>
    public int LiveTimers => Volatile.Read(ref _live);

    /// <summary>Waits until a timer was set once more.</summary>
    public Task TimerSetAsync() => _set.Reader.ReadAsync().Within();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _live);
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            _set.Writer.TryWrite(true);
        }

        return new Observed(this, timer);
    }

    private sealed class Observed(ObservedTime time, ITimer timer) : ITimer
    {
        private int _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool changed = timer.Change(dueTime, period);
            time._set.Writer.TryWrite(true);
            return changed;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                Interlocked.Decrement(ref time._live);
                timer.Dispose();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
