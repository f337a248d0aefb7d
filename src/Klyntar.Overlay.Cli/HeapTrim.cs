namespace Klyntar.Overlay.Cli;

/// <summary>
/// Gives memory back to the system after a rush of connections. What a rush lets go is collected only when more is allocated, which on a gateway that idles may be never, and what it
/// keeps lies scattered: together as much again as the connections take.
/// </summary>
/// <remarks>
/// A compacting collection stops every thread for some 30 ms where 9 400 connections idle. So it comes when next to nothing was allocated for a second, and at most every ten; and it costs
/// nothing at rest, for only a collection of the runtime's own has anybody look.
/// </remarks>
internal sealed class HeapTrim : IDisposable
{
    /// <summary>How much must have been allocated since the last time, in bytes: less leaves nothing worth the pause.</summary>
    public const long Rush = 4 * 1024 * 1024;

    /// <summary>How much may be allocated within <see cref="Interval"/> by a gateway that idles, in bytes.</summary>
    public const long Quiet = 256 * 1024;

    /// <summary>How long next to nothing must be allocated.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The least time from one to the next.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly Func<long> _allocated;
    private readonly Action _collect;
    private readonly ITimer _timer;
    private long _seen;
    private long _trimmed;
    private long? _last;
    private int _isWatching;
    private volatile bool _isOver;

    /// <summary>Begins with another clock and another heap's figures, and looks when told to.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="allocated">All that was ever allocated, in bytes.</param>
    /// <param name="collect">Collects, compacts and gives back.</param>
    public HeapTrim(TimeProvider clock, Func<long> allocated, Action collect)
    {
        _clock = clock;
        _allocated = allocated;
        _collect = collect;
        _timer = clock.CreateTimer(static self => ((HeapTrim)self!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins with this process's heap.</summary>
    public static HeapTrim Start()
    {
        var trim = new HeapTrim(TimeProvider.System, static () => GC.GetTotalAllocatedBytes(), static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
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
            _seen = _allocated();
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
        long allocated = _allocated();
        bool isQuiet = allocated - _seen < Quiet;
        _seen = allocated;
        if (isQuiet && allocated - _trimmed >= Rush && (_last is not { } last || _clock.GetElapsedTime(last) >= Pause))
        {
            _collect();
            _trimmed = _allocated();
            _last = _clock.GetTimestamp();
        }

        if (isQuiet && allocated - _trimmed < Rush)
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
