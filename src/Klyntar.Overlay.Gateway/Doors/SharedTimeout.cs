namespace Klyntar.Overlay.Gateway;

/// <summary>Gives tokens that are cancelled after one and the same while. Those given at about the same time are one token, and so one timer.</summary>
/// <param name="span">The while. A token may be cancelled earlier, by a part of it in <see cref="Parts"/>.</param>
/// <param name="clock">The clock that measures it.</param>
internal sealed class SharedTimeout(TimeSpan span, TimeProvider clock) : IDisposable
{
    internal const int Parts = 64;

    private readonly Lock _gate = new();
    private readonly TimeSpan _shared = span / Parts;

    // The last one. Those before it end when their timers have run out.
    private CancellationTokenSource? _source;
    private long _since;

    /// <summary>A token from now on.</summary>
    public CancellationToken Next()
    {
        long now = clock.GetTimestamp();
        lock (_gate)
        {
            if (_source is null || clock.GetElapsedTime(_since, now) >= _shared)
            {
                _source = new CancellationTokenSource(span, clock);
                _since = now;
            }

            return _source.Token;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _source?.Dispose();
        }
    }
}
