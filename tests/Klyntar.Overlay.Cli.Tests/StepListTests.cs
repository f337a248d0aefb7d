using Klyntar.Overlay.BinFetch;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class StepListTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Elsewhere_than_on_a_terminal_each_step_is_a_line_once_it_has_ended()
    {
        StepList steps = Steps(isTerminal: false);
        Func<Task> work = () => steps.ShowAsync(async () =>
        {
            await steps.DoAsync("first", step =>
            {
                _output.ToString().Should().BeEmpty();
                _clock.Advance(TimeSpan.FromSeconds(1.5));
                step.Detail = "found";
                return Task.FromResult(true);
            });
            return await steps.DoAsync<bool>("second", _ => throw new OverlayException("no"));
        });

        await work.Should().ThrowAsync<OverlayException>();
        _output.ToString().Split('\n').Should().Equal("done     1.5 s  first: found", "FAILED   0.0 s  second", "");
    }

    [Fact]
    public async Task On_a_terminal_steps_are_shown_while_they_run()
    {
        StepList steps = Steps(isTerminal: true);
        var gate = new TaskCompletionSource<bool>();
        Task<bool> showing = steps.ShowAsync(() => steps.DoAsync("the step", _ => gate.Task));
        _output.ToString().Should().Contain("the step");
        gate.SetResult(true);
        await showing;

        _output.ToString().Should().Contain("✔");
    }

    [Fact]
    public async Task On_a_terminal_a_step_shows_its_bar_while_it_runs_and_its_sizes_when_it_is_done()
    {
        StepList steps = Steps(isTerminal: true);
        using var progress = new BundleSteps(steps);
        var gate = new TaskCompletionSource<bool>();
        var stage = new TorBundleStage("download", "a [file]", new DownloadProgress(15_000_000, 30_000_000));
        progress.Report(stage);
        Task<bool> showing = steps.ShowAsync(() => gate.Task);
        _output.ToString().Should().Contain("download: a [file]").And.Contain("15.0 of 30.0 MB");
        _output.ToString().Count(c => c == '━').Should().Be(30);
        progress.Report(stage with { Progress = new DownloadProgress(30_000_000, 30_000_000), IsDone = true });
        gate.SetResult(true);
        await showing;

        _output.ToString().Should().Contain("download: a [file], 30.0 of 30.0 MB");
    }

    [Fact]
    public void Elsewhere_each_quarter_is_a_line()
    {
        using var progress = new BundleSteps(Steps(isTerminal: false));
        foreach (long received in (long[])[1, 24, 26, 49, 50, 51, 99, 100])
        {
            progress.Report(new TorBundleStage("download", "a file", new DownloadProgress(received * 1_000_000, 100_000_000)));
        }

        _output.ToString().Split('\n').Should().Equal("26 % download: 26.0 of 100.0 MB", "50 % download: 50.0 of 100.0 MB", "99 % download: 99.0 of 100.0 MB", "100 % download: 100.0 of 100.0 MB", "");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_line_is_never_wrapped(bool isTerminal)
    {
        string line = new('a', 200);
        Steps(isTerminal).Tell(line);

        _output.ToString().Should().EndWith($"{line}\n");
    }

    private StepList Steps(bool isTerminal)
    {
        _output.NewLine = "\n";
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(_output),
        });
        return new StepList(console, _clock);
    }
}
