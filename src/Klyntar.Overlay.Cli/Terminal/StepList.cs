using System.Globalization;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary>
/// Shows what a command is doing, step by step, with the time each step took: a live list on a terminal, one line a
/// finished step elsewhere.
/// </summary>
internal sealed class StepList
{
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);

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
        IsLive = console.Profile.Capabilities is { Interactive: true, Ansi: true };
    }

    /// <summary>Whether steps are shown while they run, and not only once they have ended.</summary>
    public bool IsLive { get; }

    /// <summary>The time since the list was made.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Runs the steps that <paramref name="work"/> begins, showing them as they go.</summary>
    public async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        if (!IsLive)
        {
            return await work();
        }

        return await _console.Live(Render()).AutoClear(false).StartAsync(async live =>
        {
            Task<T> running = work();
            while (!running.IsCompleted)
            {
                live.UpdateTarget(Render());
                await Task.WhenAny(running, Task.Delay(FrameTime, _clock));
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

    /// <summary>Writes a line as it is, never wrapped, so that an address in it can be copied: above the steps where these are live.</summary>
    public void Tell(string line)
    {
        if (IsLive)
        {
            // The line takes the place of the list, which is drawn again below.
            const string eraseBelow = "\r\e[J";
            _console.Write(new ControlCode($"{eraseBelow}{line}\n"));
        }
        else
        {
            TextWriter writer = _console.Profile.Out.Writer;
            lock (_gate)
            {
                writer.WriteLine(line);
                writer.Flush();
            }
        }
    }

    internal static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);

    private void Ended(Step step)
    {
        if (!IsLive)
        {
            Tell($"{(step.State == StepState.Done ? "done  " : "FAILED")} {Seconds(step.Took),7}  {step.Text}");
        }
    }

    private Grid Render()
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().NoWrap().RightAligned().PadRight(2)).AddColumn();
        int frame = (int)(Elapsed / FrameTime) % Spinner.Known.Dots.Frames.Count;
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
                grid.AddRow(new Markup($" {mark}"), new Text(Seconds(step.Took), new Style(Color.Grey)), step.State == StepState.Running && step.Bar is { } bar
                    ? new Markup($"{Markup.Escape(step.Text)}\n{bar}")
                    : new Text(step.Text));
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

        public string What { get; }

        /// <summary>What the step is at, or found out; behind its name.</summary>
        public string? Detail { get; set; }

        /// <summary>How far it has come; shown on a terminal while it runs.</summary>
        public ProgressBar? Bar { get; set; }

        public StepState State { get; private set; }

        public TimeSpan Took => _took ?? _list._clock.GetElapsedTime(_began);

        public string Text => string.IsNullOrEmpty(Detail) ? What : $"{What}: {Detail}";

        public void Done() => End(StepState.Done);

        public void Dispose() => End(StepState.Failed);

        private void End(StepState state)
        {
            if (State == StepState.Running)
            {
                _took = _list._clock.GetElapsedTime(_began);
                State = state;
                _list.Ended(this);
            }
        }
    }

    internal enum StepState
    {
        Running,
        Done,
        Failed,
    }
}
