namespace Klyntar.Overlay.Cli;

/// <summary>
/// Gives memory back to the system after a rush of connections. What a rush lets go is collected only when more is allocated, which on a gateway that idles may be never, and what it
/// keeps lies scattered: together as much again as the connections take.
/// </summary>
/// <remarks>
/// A compacting collection stops every thread for some 30 ms where 9 400 connections idle. So it comes when next to nothing was allocated or done for a second, and at most every ten: no
/// traffic is held up. It costs nothing at rest, for only a collection of the runtime's own has anybody look.
/// </remarks>
internal sealed class HeapTrim : IDisposable
{
    /// <summary>How much must have been allocated since the last time, in bytes: less leaves nothing worth the pause.</summary>
    public const long Rush = 4 * 1024 * 1024;

    /// <summary>How much may be allocated within <see cref="Interval"/> by a gateway that idles, in bytes.</summary>
    public const long Quiet = 256 * 1024;

    /// <summary>How much processor time such a gateway may take within it, on all cores together. One that moves bytes has use for its memory, and peers that would notice.</summary>
    public static readonly TimeSpan IdleWork = TimeSpan.FromMilliseconds(50);

    /// <summary>How long next to nothing must be allocated or done.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The least time from one to the next.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly Func<long> _allocated;
    private readonly Func<TimeSpan> _worked;
    private readonly Action _collect;
    private readonly ITimer _timer;
    private (long Allocated, TimeSpan Worked) _seen;
    private long _trimmed;
    private long? _last;
    private int _isWatching;
    private volatile bool _isOver;

    /// <summary>Begins with another clock and another heap's figures, and looks when told to.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="allocated">All that was ever allocated, in bytes.</param>
    /// <param name="worked">All processor time that was ever taken.</param>
    /// <param name="collect">Collects, compacts and gives back.</param>
    public HeapTrim(TimeProvider clock, Func<long> allocated, Func<TimeSpan> worked, Action collect)
    {
        _clock = clock;
        _allocated = allocated;
        _worked = worked;
        _collect = collect;
        _timer = clock.CreateTimer(static self => ((HeapTrim)self!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins with this process's heap.</summary>
    public static HeapTrim Start()
    {
        var trim = new HeapTrim(
            TimeProvider.System,
            static () => GC.GetTotalAllocatedBytes(),
            static () => Environment.CpuUsage.TotalTime,
            static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
        trim.WatchRuntime();
        return trim;
    }

    /// <summary>Looks whenever the runtime collects.</summary>
    public void WatchRuntime() => _ = new Sentinel(this);

    /// <summary>The runtime has collected: from now on it is watched until there is nothing to give back.</summary>
    public void OnCollected()
    {
        if (Interlocked.Exchange(ref _isWatching, 1) == 0)
        {
            _seen = (_allocated(), _worked());
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends.</summary>
    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
    }

    private void Check()
    {
        (long Allocated, TimeSpan Worked) now = (_allocated(), _worked());
        bool isIdle = now.Allocated - _seen.Allocated < Quiet && now.Worked - _seen.Worked < IdleWork;
        _seen = now;
        if (isIdle && now.Allocated - _trimmed >= Rush && (_last is not { } last || _clock.GetElapsedTime(last) >= Pause))
        {
            _collect();
            _trimmed = _allocated();
            _last = _clock.GetTimestamp();
        }

        // The next collection has it look again.
        if (now.Allocated - _trimmed < Rush)
        {
            Volatile.Write(ref _isWatching, 0);
            return;
        }

        _timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }

    // Nothing refers to it, so that every collection of the youngest objects finds it, and has the next one made.
    private sealed class Sentinel(HeapTrim trim)
    {
        ~Sentinel()
        {
            if (!trim._isOver)
            {
                trim.OnCollected();
                _ = new Sentinel(trim);
            }
        }
    }
}
