namespace Klyntar.Overlay.Gateway;

/// <summary>How many lines one transport may log: more than any in good order writes, too few to fill a disk.</summary>
internal sealed class LogBudget(TransportFaults faults, TimeProvider clock)
{
    /// <summary>Lines in each <see cref="Window"/>.</summary>
    public const int Lines = 1_000;

    private readonly Lock _gate = new();
    private long _windowStart = clock.GetTimestamp();
    private int _used;

    /// <summary>What <see cref="Lines"/> are counted in.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Takes a line.</summary>
    /// <param name="isFirstLeftOut">Whether this is the first of the window that is left out: that is worth a line.</param>
    /// <returns>Whether it may be written.</returns>
    public bool TryTake(out bool isFirstLeftOut)
    {
        lock (_gate)
        {
            if (clock.GetElapsedTime(_windowStart) >= Window)
            {
                (_windowStart, _used) = (clock.GetTimestamp(), 0);
            }

            isFirstLeftOut = _used == Lines;
            if (_used < Lines)
            {
                _used++;
                return true;
            }

            _used = Lines + 1;
        }

        faults.Flooded(1);
        return false;
    }
}
