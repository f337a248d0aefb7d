using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ClockMarkTests
{
    private readonly WatchedClock _clock = new();

    [Theory]
    [InlineData(20, 0)]
    [InlineData(29, 0)]
    [InlineData(20, 9)]
    [InlineData(20, -9)]
    [InlineData(5, 0)]
    public void A_busy_machine_and_a_clock_that_is_kept_right_are_no_jump(int seconds, int onTheWall) => Jump(seconds, onTheWall).Should().BeNull();

    [Theory]
    [InlineData(100, 0, 80)]
    [InlineData(20, 100, 100)]
    [InlineData(20, -100, -100)]
    [InlineData(5, 60, 60)]
    [InlineData(120, -100, 0)]
    public void A_sleep_and_a_clock_that_was_set_are_one(int seconds, int onTheWall, int jump) => Jump(seconds, onTheWall).Should().Be(TimeSpan.FromSeconds(jump));

    private TimeSpan? Jump(int seconds, int onTheWall)
    {
        ClockMark mark = ClockMark.Now(_clock);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _clock.WallOffset = TimeSpan.FromSeconds(onTheWall);
        return mark.Jump(TimeSpan.FromSeconds(20));
    }
}
