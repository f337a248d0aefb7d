namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Lets something happen so often a second, and some of it at once. Not for several threads.</summary>
/// <param name="burst">How much may happen at once.</param>
/// <param name="rate">How much a second is allowed anew.</param>
/// <param name="clock">The clock.</param>
internal sealed class TokenBucket(double burst, double rate, TimeProvider clock)
{
    // Counted from the full bucket down.
    private double _used;
    private long _since = clock.GetTimestamp();

    /// <summary>Whether all is allowed anew, so that the bucket remembers nothing.</summary>
    public bool IsFull
    {
        get
        {
            Refill();
            return _used <= 0;
        }
    }

    /// <summary>Takes one where it is allowed.</summary>
    public bool TryTake()
    {
        Refill();
        if (_used > burst - 1)
        {
            return false;
        }

        _used++;
        return true;
    }

    /// <summary>Gives one back.</summary>
    public void Give() => _used = Math.Max(0, _used - 1);

    /// <summary>Takes one, ahead of time if need be.</summary>
    /// <returns>How long to wait before it is allowed.</returns>
    public TimeSpan Take()
    {
        Refill();
        _used++;
        return _used <= burst ? TimeSpan.Zero : TimeSpan.FromSeconds((_used - burst) / rate);
    }

    private void Refill()
    {
        long now = clock.GetTimestamp();
        _used = Math.Max(0, _used - (clock.GetElapsedTime(_since, now).TotalSeconds * rate));
        _since = now;
    }
}
