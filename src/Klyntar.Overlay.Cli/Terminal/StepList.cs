using System.Globalization;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary>
/// Shows what a command is doing, step by step, with the time each step took: a live list on a terminal, one line a
/// finished step elsewhere.
/// </summary>
internal sealed class StepList
{
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Lock _gate = new();
    private readonly List<Step> _steps = [];

    public StepList(IAnsiConsole console, TimeProvider clock)
    {
        _console = console;
        _clock = clock;
        _start = clock.GetTimestamp();
    }

    /// <summary>The time since the list was made.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Runs the steps that <paramref name="work"/> begins, showing them as they go.</summary>
    public async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        if (!_console.Profile.Capabilities.Interactive || !_console.Profile.Capabilities.Ansi)
        {
            return await work();
        }

        return await _console.Live(Render()).AutoClear(false).StartAsync(async live =>
        {
            Task<T> running = work();
            while (!running.IsCompleted)
            {
                live.UpdateTarget(Render());
                await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(100), _clock));
            }

            live.UpdateTarget(Render());
            return await running;
        });
    }

    /// <summary>Begins a step. It is done when it is disposed after <see cref="Step.Done"/>, and failed when it is disposed without.</summary>
    public Step Begin(string what)
    {
        var step = new Step(this, what, _clock.GetTimestamp());
        lock (_gate)
        {
            _steps.Add(step);
        }

        return step;
    }

    /// <summary>Does a step and returns its outcome.</summary>
    public async Task<T> DoAsync<T>(string what, Func<Step, Task<T>> work)
    {
        using Step step = Begin(what);
        T result = await work(step);
        step.Done();
        return result;
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);

    private void Ended(Step step)
    {
        if (!_console.Profile.Capabilities.Interactive || !_console.Profile.Capabilities.Ansi)
        {
            string mark = step.State == StepState.Done ? "done  " : "FAILED";
            _console.Profile.Out.Writer.WriteLine($"{mark} {Seconds(step.Took),7}  {step.Text}");
            _console.Profile.Out.Writer.Flush();
        }
    }

    private Grid Render()
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().NoWrap().RightAligned().PadRight(2)).AddColumn();
        int frame = (int)(Elapsed.TotalMilliseconds / 100) % Spinner.Known.Dots.Frames.Count;
        lock (_gate)
        {
            foreach (Step step in _steps)
            {
                string mark = step.State switch
                {
                    StepState.Done => "[green]✔[/]",
                    StepState.Failed => "[red]✘[/]",
                    _ => $"[yellow]{Spinner.Known.Dots.Frames[frame]}[/]",
                };
                grid.AddRow(new Markup($" {mark}"), new Text(Seconds(step.Took), new Style(Color.Grey)), new Text(step.Text));
            }
        }

        return grid;
    }

    /// <summary>Something being done.</summary>
    internal sealed class Step : IDisposable
    {
        private readonly StepList _list;
        private readonly long _began;
        private TimeSpan? _took;

        internal Step(StepList list, string what, long began)
        {
            _list = list;
            _began = began;
            What = what;
        }

        public string What { get; set; }

        /// <summary>What the step is at, or found out; behind its name.</summary>
        public string? Detail { get; set; }

        public StepState State { get; private set; }

        public TimeSpan Took => _took ?? _list._clock.GetElapsedTime(_began);

        public string Text => Detail is null ? What : $"{What}: {Detail}";

        public void Done(string? detail = null)
        {
            if (State == StepState.Running)
            {
                Detail = detail ?? Detail;
                End(StepState.Done);
            }
        }

        public void Dispose()
        {
            if (State == StepState.Running)
            {
                End(StepState.Failed);
            }
        }

        private void End(StepState state)
        {
            _took = _list._clock.GetElapsedTime(_began);
            State = state;
            _list.Ended(this);
        }
    }

    internal enum StepState
    {
        Running,
        Done,
        Failed,
    }
}
