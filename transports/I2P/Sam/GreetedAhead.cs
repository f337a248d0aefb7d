namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A few connections to a bridge that are greeted before they are needed, so that a dial begins with its own question. None is kept where none was needed for a while.</summary>
internal sealed class GreetedAhead : IAsyncDisposable
{
    // One for a dial, and one for a service that wants its next visitor.
    private const int Most = 2;

    // Whoever has just taken one is in the middle of a dial, and goes first.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Java's bridge ends a connection that asks nothing for a minute, and the older of two may wait twice as long.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(20);

    private readonly Func<CancellationToken, Task<SamConnection>> _open;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly Queue<SamConnection> _greeted = new(Most);
    private Task _filling = Task.CompletedTask;
    private long _lastTaken;
    private bool _isToFill;

    /// <summary>Makes one that keeps nothing yet.</summary>
    /// <param name="open">Connects and greets.</param>
    /// <param name="clock">The clock.</param>
    public GreetedAhead(Func<CancellationToken, Task<SamConnection>> open, TimeProvider clock)
    {
        _open = open;
        _clock = clock;
        _timer = clock.CreateTimer(static state => ((GreetedAhead)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The greeting of others, over once there are enough or the bridge does not want.</summary>
    internal Task Filling
    {
        get
        {
            lock (_gate)
            {
                return _filling;
            }
        }
    }

    /// <summary>Takes one, where there is one; others follow in either case.</summary>
    /// <returns>A greeted connection, owned by the caller, or null.</returns>
    public SamConnection? TryTake()
    {
        lock (_gate)
        {
            if (_life.IsCancellationRequested)
            {
                return null;
            }

            _lastTaken = _clock.GetTimestamp();
            if (!_isToFill)
            {
                _isToFill = true;
                _timer.Change(Pause, Timeout.InfiniteTimeSpan);
            }

            return _greeted.TryDequeue(out SamConnection? connection) ? connection : null;
        }
    }

    /// <summary>Closes what is kept, and keeps nothing from now on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        await _timer.DisposeAsync();
        await Filling;
        CloseAll();
        _life.Dispose();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_life.IsCancellationRequested)
            {
                return;
            }

            _isToFill = false;
            TimeSpan left = LongestIdle - _clock.GetElapsedTime(_lastTaken);
            if (left <= TimeSpan.Zero)
            {
                CloseAll();
                return;
            }

            _timer.Change(left, Timeout.InfiniteTimeSpan);
            if (_filling.IsCompleted)
            {
                _filling = FillAsync(_life.Token);
            }
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        // Off the lock.
        await Task.Yield();
        try
        {
            while (Misses())
            {
                Keep(await _open(cancellationToken));
            }
        }
        catch (Exception e) when (e is SamException or OperationCanceledException)
        {
            // Whoever needs one will see for himself what is wrong.
        }
    }

    private bool Misses()
    {
        lock (_gate)
        {
            return _greeted.Count < Most;
        }
    }

    private void Keep(SamConnection connection)
    {
        lock (_gate)
        {
            _greeted.Enqueue(connection);
        }
    }

    private void CloseAll()
    {
        lock (_gate)
        {
            while (_greeted.TryDequeue(out SamConnection? connection))
            {
                connection.Dispose();
            }
        }
    }
}
