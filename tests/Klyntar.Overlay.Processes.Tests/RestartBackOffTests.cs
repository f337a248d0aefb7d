using CsCheck;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class RestartBackOffTests
{
    private readonly RestartBackOff _backOff = new() { First = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 400)]
    [InlineData(4, 800)]
    [InlineData(5, 1000)]
    [InlineData(6, 1000)]
    [InlineData(int.MaxValue, 1000)]
    public void The_wait_doubles_up_to_the_longest(int failures, int milliseconds)
    {
        _backOff.Wait(failures, 1).Should().Be(TimeSpan.FromMilliseconds(milliseconds));
        _backOff.Wait(failures, 0).Should().Be(TimeSpan.FromMilliseconds(milliseconds / 2));
    }

    [Fact]
    public void No_wait_is_shorter_than_half_of_the_first_or_longer_than_the_longest() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Double[0, 1]).Sample((failures, random) =>
            _backOff.Wait(failures, random).Should().BeGreaterThanOrEqualTo(_backOff.First / 2).And.BeLessThanOrEqualTo(_backOff.Longest));

    [Fact]
    public void Waits_that_make_no_sense_are_refused()
    {
        ((Action)(() => (_backOff with { First = TimeSpan.Zero }).Check())).Should().Throw<ArgumentException>();
        ((Action)(() => (_backOff with { Longest = TimeSpan.FromMilliseconds(99) }).Check())).Should().Throw<ArgumentException>();
    }
}
