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
