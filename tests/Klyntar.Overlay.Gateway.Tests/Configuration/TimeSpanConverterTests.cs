using CsCheck;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class TimeSpanConverterTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0s", 0)]
    [InlineData("never", -1)]
    public void Times_have_a_unit(string text, double milliseconds)
    {
        TimeSpanConverter.TryParse(text, out TimeSpan value).Should().BeTrue();
        value.Should().Be(TimeSpan.FromMilliseconds(milliseconds));
        text.Should().MatchRegex(TimeSpanConverter.Pattern, "the schema accepts what the reader does");
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1e3s")]
    [InlineData("00:00:30")]
    [InlineData("99999999d")]
    [InlineData("1w")]
    [InlineData("Never")]
    [InlineData("79228162514264337593543950336s")]
    public void Anything_else_is_no_time(string text) => TimeSpanConverter.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void What_is_written_is_read_again() =>
        Gen.Long[0, TimeSpan.FromDays(3650).Ticks / 10_000].Select(ms => TimeSpan.FromMilliseconds(ms)).Sample(value =>
            TimeSpanConverter.TryParse(TimeSpanConverter.Format(value), out TimeSpan again) && again == value);
}
