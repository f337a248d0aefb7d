namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A moment by both clocks: the one that only goes forward, and the one on the wall. Where they say different things, or both too much, the machine slept or its clock was set.</summary>
/// <remarks>
/// While a Linux machine sleeps the first of them stands still, so that no timer notices. A program that is stopped, a virtual machine that
/// is paused and Windows asleep find both gone on, and every timer due at once.
/// </remarks>
internal readonly struct ClockMark
{
    // Daemons that keep the time step it by less, and a busy machine is late by less.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly long _timestamp;
    private readonly DateTimeOffset _wall;

    private ClockMark(TimeProvider clock)
    {
        _clock = clock;
        _timestamp = clock.GetTimestamp();
        _wall = clock.GetUtcNow();
    }

    public static ClockMark Now(TimeProvider clock) => new(clock);

    /// <summary>How far the time has jumped since the mark.</summary>
    /// <param name="expected">How much time may have passed in the ordinary way.</param>
    /// <returns>Forwards or, where the clock was set back, backwards; null where it has not.</returns>
    public TimeSpan? Jump(TimeSpan expected)
    {
        TimeSpan passed = _clock.GetElapsedTime(_timestamp);
        TimeSpan wall = _clock.GetUtcNow() - _wall;
        return passed - expected > Tolerance || (wall - passed).Duration() > Tolerance
            ? wall - (passed < expected ? passed : expected)
            : null;
    }
}
