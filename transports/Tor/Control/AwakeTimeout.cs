namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A time-out that runs only while this program does. Whoever was to answer slept as well, and has his time anew.</summary>
internal sealed class AwakeTimeout : IDisposable
{
    // A timer that is later than that was not held up by a busy machine alone; if it was, the whole is granted once more.
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _span;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _source = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _since;
    private bool _isDisposed;

    /// <summary>Begins.</summary>
    public AwakeTimeout(TimeSpan span, TimeProvider clock)
    {
        _span = span;
        _clock = clock;
        _since = clock.GetTimestamp();

        // Held until there is a timer to put off.
        lock (_gate)
        {
            _timer = clock.CreateTimer(static timeout => ((AwakeTimeout)timeout!).OnDue(), this, span, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
        _source.Dispose();
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_clock.GetElapsedTime(_since) - _span > Lateness)
            {
                _since = _clock.GetTimestamp();
                _timer.Change(_span, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer came in the same moment.
        }
    }
}
