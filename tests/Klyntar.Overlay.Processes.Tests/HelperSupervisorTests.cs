using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class HelperSupervisorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WatchedClock _clock = new();
    private readonly FakeLogger _logger = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<HelperInterruption> _interruptions = Channel.CreateUnbounded<HelperInterruption>();
    private readonly RestartBackOff _backOff = new() { First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(8), Lasting = TimeSpan.FromMinutes(1) };
    private int _asked;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Waits_double_and_are_waited_out_on_the_clock()
    {
        Task running = Supervisor(() => throw new OverlayException("tor was not found.")).RunAsync(Idle, _stop.Token);
        double[] nominal = [1, 2, 4, 8, 8];
        for (int i = 0; i < nominal.Length; i++)
        {
            HelperInterruption interruption = await InterruptionAsync();
            interruption.Why.Should().Be("tor was not found.");
            interruption.Failures.Should().Be(i + 1);
            interruption.NextRunIn.TotalSeconds.Should().BeInRange(nominal[i] / 2, nominal[i]);

            _clock.Advance(interruption.NextRunIn - TimeSpan.FromMilliseconds(1));
            _asked.Should().Be(i + 1, "the wait is not over");
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await StopAsync(running);
    }

    [Fact]
    public async Task A_process_that_ends_at_once_is_told_with_its_last_words_and_started_again()
    {
        Task running = Supervisor(() => Shell("echo 'Could not bind to 127.0.0.1:9050'; exit 1")).RunAsync(Idle, _stop.Token);

        (await InterruptionAsync()).Why.Should().Be("helper ended with exit code 1; its last output: Could not bind to 127.0.0.1:9050.");
        _clock.Advance(_backOff.Longest);
        (await InterruptionAsync()).Failures.Should().Be(2);
        await StopAsync(running);
    }

    [Fact]
    public async Task A_process_that_is_killed_is_told_and_its_session_ended()
    {
        TaskCompletionSource sessionEnded = new();
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync(
            async (process, ended) =>
            {
                Processes.Kill(process.Id);
                try
                {
                    await Task.Delay(Timeout.Infinite, ended);
                }
                finally
                {
                    sessionEnded.SetResult();
                }
            },
            _stop.Token);

        HelperInterruption interruption = await InterruptionAsync();
        interruption.Why.Should().Be("helper was ended by SIGKILL, without a word.");
        interruption.Cause.Should().BeNull();
        sessionEnded.Task.IsCompleted.Should().BeTrue();
        await StopAsync(running);
    }

    [Fact]
    public async Task A_session_that_fails_ends_the_process_and_is_the_why()
    {
        int id = 0;
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync(
            (process, _) =>
            {
                id = process.Id;
                throw new OverlayException("The control port does not answer.");
            },
            _stop.Token);

        HelperInterruption interruption = await InterruptionAsync();
        interruption.Why.Should().Be("The control port does not answer.");
        interruption.Cause.Should().BeOfType<OverlayException>();
        Processes.IsAlive(id).Should().BeFalse();
        await StopAsync(running);
    }

    [Fact]
    public async Task A_bug_in_a_session_is_told_by_its_kind()
    {
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync((_, _) => throw new InvalidOperationException("a bug"), _stop.Token);

        (await InterruptionAsync()).Why.Should().Be("InvalidOperationException: a bug");
        await StopAsync(running);
    }

    [Fact]
    public async Task A_session_that_returns_ends_the_run()
    {
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync((_, _) => Task.CompletedTask, _stop.Token);

        (await InterruptionAsync()).Why.Should().Be("The session with helper ended.");
        await StopAsync(running);
    }

    [Fact]
    public async Task A_session_cancelled_by_something_else_is_a_failure()
    {
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync((_, _) => Task.FromException(new OperationCanceledException("of the dial")), _stop.Token);

        (await InterruptionAsync()).Why.Should().Be("OperationCanceledException: of the dial");
        await StopAsync(running);
    }

    [Fact]
    public async Task A_run_that_lasted_starts_the_back_off_over()
    {
        Channel<TaskCompletionSource> sessions = Channel.CreateUnbounded<TaskCompletionSource>();
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync(
            async (_, ended) =>
            {
                TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
                sessions.Writer.TryWrite(end);
                await end.Task.WaitAsync(ended);
            },
            _stop.Token);
        List<int> failures = [];
        foreach (TimeSpan lasts in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.Zero })
        {
            TaskCompletionSource session = await sessions.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            _clock.Advance(lasts);
            session.SetResult();
            HelperInterruption interruption = await InterruptionAsync();
            failures.Add(interruption.Failures);
            _clock.Advance(interruption.NextRunIn);
        }

        failures.Should().Equal(1, 2, 0, 1);
        await StopAsync(running);
    }

    [Fact]
    public async Task Stopping_lets_the_session_end_in_good_order_and_ends_the_process_before_it_returns()
    {
        TaskCompletionSource<HelperProcess> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool wasAliveAtTheEnd = false;
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync(
            async (process, ended) =>
            {
                started.SetResult(process);
                await Task.Delay(Timeout.Infinite, ended).ContinueWith(_ => { }, TaskScheduler.Default);
                wasAliveAtTheEnd = Processes.IsAlive(process.Id);
            },
            _stop.Token);
        HelperProcess process = await started.Task.WaitAsync(Patience);

        await StopAsync(running);

        wasAliveAtTheEnd.Should().BeTrue();
        process.Exited.IsCompleted.Should().BeTrue();
        Processes.IsAlive(process.Id).Should().BeFalse();
        _interruptions.Reader.TryRead(out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_session_that_does_not_end_cannot_keep_the_process_alive()
    {
        TaskCompletionSource<HelperProcess> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource hang = new();
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync(
            async (process, _) =>
            {
                started.SetResult(process);
                await hang.Task;
            },
            _stop.Token);
        HelperProcess process = await started.Task.WaitAsync(Patience);
        await _stop.CancelAsync();
        TimeSpan grace = TimeSpan.FromSeconds(5);
        await _clock.TimerOf(grace).WaitAsync(Patience);

        _clock.Advance(grace);

        await process.Exited.WaitAsync(Patience);
        hang.SetResult();
        await running.WaitAsync(Patience);
    }

    [Fact]
    public async Task Stopping_during_a_wait_returns_at_once()
    {
        Task running = Supervisor(() => throw new OverlayException("no")).RunAsync(Idle, _stop.Token);
        await InterruptionAsync();

        await StopAsync(running);
    }

    [Fact]
    public async Task Stopping_while_the_options_are_made_ends_without_an_interruption()
    {
        TaskCompletionSource asked = new();
        HelperSupervisor supervisor = new(
            async cancellation =>
            {
                asked.SetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
                throw new InvalidOperationException("unreachable");
            },
            _backOff,
            _logger)
        { Clock = _clock, OnInterrupted = i => _interruptions.Writer.TryWrite(i) };
        Task running = supervisor.RunAsync(Idle, _stop.Token);
        await asked.Task.WaitAsync(Patience);

        await StopAsync(running);

        _interruptions.Reader.TryRead(out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_normal_run_logs_no_warning()
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = Supervisor(() => Shell("exec sleep 600")).RunAsync(
            (_, ended) =>
            {
                started.SetResult();
                return Task.Delay(Timeout.Infinite, ended);
            },
            _stop.Token);
        await started.Task.WaitAsync(Patience);
        await StopAsync(running);

        _logger.Collector.GetSnapshot().Should().NotBeEmpty().And.OnlyContain(record => record.Level == LogLevel.Information);
    }

    private static Task Idle(HelperProcess process, CancellationToken ended) => Task.Delay(Timeout.Infinite, ended);

    private static HelperProcessOptions Shell(string script) => new()
    {
        Name = "helper",
        Program = new HelperProgram("/bin/sh", "test"),
        Arguments = ["-c", script],
        WorkingDirectory = "/",
    };

    private HelperSupervisor Supervisor(Func<HelperProcessOptions> options) =>
        new(
            _ =>
            {
                _asked++;
                return new(options());
            },
            _backOff,
            _logger)
        { Clock = _clock, OnInterrupted = i => _interruptions.Writer.TryWrite(i) };

    private async Task<HelperInterruption> InterruptionAsync() => await _interruptions.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    /// <summary>Tells when somebody begins to wait, so that a test does not move the clock before that.</summary>
    private sealed class WatchedClock : FakeTimeProvider
    {
        private readonly Dictionary<TimeSpan, TaskCompletionSource> _timers = [];

        public Task TimerOf(TimeSpan dueTime) => Source(dueTime).Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            Source(dueTime).TrySetResult();
            return timer;
        }

        private TaskCompletionSource Source(TimeSpan dueTime)
        {
            lock (_timers)
            {
                return _timers.TryGetValue(dueTime, out TaskCompletionSource? source)
                    ? source
                    : _timers[dueTime] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
