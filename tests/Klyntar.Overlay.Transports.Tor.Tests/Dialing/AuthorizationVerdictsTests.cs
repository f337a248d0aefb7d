namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class AuthorizationVerdictsTests
{
    private readonly AuthorizationVerdicts _verdicts = new();

    [Theory]
    [InlineData(0xF4, DialErrorKind.AuthorizationMissing)]
    [InlineData(0xF5, DialErrorKind.AuthorizationWrong)]
    public void Once_tor_has_no_directory_left_to_ask_what_it_said_before_still_holds(byte code, DialErrorKind kind)
    {
        _verdicts.Judge("a", 0x04).Should().Be(DialErrorKind.NotFound, "nothing was said before");
        _verdicts.Judge("a", code).Should().Be(kind);
        _verdicts.Judge("a", 0x04).Should().Be(kind);
        _verdicts.Judge("a", 0x04).Should().Be(kind);
        _verdicts.Judge("b", 0x04).Should().Be(DialErrorKind.NotFound, "that is another service");
    }

    [Theory]
    [InlineData(0xF0, DialErrorKind.NotFound)]
    [InlineData(0xF2, DialErrorKind.Unreachable)]
    [InlineData(0x05, DialErrorKind.PortClosed)]
    public void Any_other_answer_is_news(byte code, DialErrorKind kind)
    {
        _verdicts.Judge("a", 0xF5);
        _verdicts.Judge("a", code).Should().Be(kind);
        _verdicts.Judge("a", 0x04).Should().Be(DialErrorKind.NotFound);
        _verdicts.All.Should().BeEmpty();
    }

    [Fact]
    public void The_last_verdict_counts_and_a_connection_ends_it()
    {
        _verdicts.Judge("a", 0xF4);
        _verdicts.Judge("a", 0xF5);
        _verdicts.Judge("a", 0x04).Should().Be(DialErrorKind.AuthorizationWrong);
        _verdicts.Forget("a");
        _verdicts.Judge("a", 0x04).Should().Be(DialErrorKind.NotFound);
    }

    [Fact]
    public void Any_number_of_services_takes_bounded_memory()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _verdicts.Judge($"{i}", 0xF4);
        }

        _verdicts.All.Count().Should().BeInRange(1, 1_024);
        _verdicts.Judge("9999", 0x04).Should().Be(DialErrorKind.AuthorizationMissing);
    }
}
