namespace Klyntar.Overlay.Processes.Tests;

public sealed class HelperExitTests
{
    [Theory]
    [InlineData(0, "ended with exit code 0")]
    [InlineData(128, "ended with exit code 128")]
    [InlineData(137, "was ended by SIGKILL")]
    [InlineData(168, "was ended by signal 40")]
    [InlineData(255, "ended with exit code 255")]
    public void An_end_reads_as_a_sentence(int code, string text) => new HelperExit(code, WasStopped: false).ToString().Should().Be(text);

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 15, true)]
    [InlineData(1, 15, true)]
    [InlineData(143, 15, true)]
    [InlineData(137, 9, true)]
    [InlineData(143, 9, true)]
    [InlineData(137, 15, false)]
    [InlineData(139, 15, false)]
    public void A_process_was_stopped_where_no_signal_but_ours_ended_it(int code, int sent, bool wasStopped) =>
        HelperExit.Of(code, sent).WasStopped.Should().Be(wasStopped);
}
