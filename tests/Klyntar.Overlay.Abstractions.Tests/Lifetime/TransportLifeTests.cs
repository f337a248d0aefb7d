using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class TransportLifeTests
{
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly TransportLife<string> _life;

    public TransportLifeTests() => _life = new TransportLife<string>("sample", _status.Complete);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_start_made_is_had_from_then_on()
    {
        _life.Current.Should().BeNull();
        await StartAsync();

        _life.Current.Should().Be("made");
        (await _life.WaitAsync(Request(), Stop)).Should().Be("made");
    }

    [Fact]
    public async Task A_dial_waits_for_the_start()
    {
        ValueTask<string?> waiting = _life.WaitAsync(Request(), Stop);
        waiting.IsCompleted.Should().BeFalse();

        await StartAsync();

        (await waiting.AsTask().WaitAsync(Cap, Stop)).Should().Be("made");
    }

    [Fact]
    public async Task A_dial_waits_no_longer_than_its_deadline()
    {
        ValueTask<string?> waiting = _life.WaitAsync(Request(Deadline.After(TimeSpan.FromSeconds(1), _clock)), Stop);
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await waiting.AsTask().WaitAsync(Cap, Stop)).Should().BeNull();
        _life.Refuse(Stop).Kind.Should().Be(DialErrorKind.TransportNotReady);
    }

    [Fact]
    public async Task A_dial_waits_no_longer_than_its_caller()
    {
        using var caller = new CancellationTokenSource();
        ValueTask<string?> waiting = _life.WaitAsync(Request(), caller.Token);
        await caller.CancelAsync();

        (await waiting.AsTask().WaitAsync(Cap, Stop)).Should().BeNull();
        _life.Refuse(caller.Token).Kind.Should().Be(DialErrorKind.Cancelled);
    }

    [Fact]
    public async Task A_dial_waits_no_longer_than_the_transport_lives()
    {
        ValueTask<string?> waiting = _life.WaitAsync(Request(), Stop);
        await EndAsync();

        (await waiting.AsTask().WaitAsync(Cap, Stop)).Should().BeNull();
        _life.Refuse(Stop).Kind.Should().Be(DialErrorKind.TransportFailed);
    }

    [Fact]
    public async Task What_is_cancelled_while_the_transport_lives_has_run_out_of_time()
    {
        await StartAsync();

        _life.Refuse(Stop).Should().Be(new DialError(DialErrorKind.TimedOut, "sample"));
    }

    [Fact]
    public async Task It_is_started_once()
    {
        await StartAsync();

        await FluentActions.Awaiting(StartAsync).Should().ThrowAsync<InvalidOperationException>().WithMessage("A transport is started once.");
        _life.Current.Should().Be("made");
    }

    [Theory]
    [InlineData(true, "Mend this.")]
    [InlineData(false, "Transport sample could not be started; the log says why.")]
    public async Task A_start_that_throws_is_told_in_the_status_and_to_its_caller(bool isForTheOperator, string told)
    {
        Exception thrown = isForTheOperator ? new OverlayException("Mend this.") : new FormatException("a bug");
        Func<Task> starting = () => _life.StartAsync(_ => throw thrown, Stop);

        (await starting.Should().ThrowAsync<Exception>()).Which.Should().BeSameAs(thrown);
        _status.Current.Should().Be(new TransportStatus.Failed(told));
        (await _life.WaitAsync(Request(), Stop)).Should().BeNull();
        _life.Refuse(Stop).Kind.Should().Be(DialErrorKind.TransportFailed);
    }

    [Fact]
    public async Task A_start_that_is_given_up_has_stopped()
    {
        Func<Task> starting = () => _life.StartAsync(_ => throw new InvalidOperationException("never called"), new CancellationToken(canceled: true));

        await starting.Should().ThrowAsync<OperationCanceledException>();
        _status.Current.Should().Be(TransportStatus.Stopped);
    }

    [Fact]
    public async Task The_end_stops_a_start_that_is_under_way_and_waits_for_it()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource undone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task starting = _life.StartAsync(
            async stop =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await undone.Task;
                throw new OperationCanceledException(stop);
            },
            Stop);
        await begun.Task.WaitAsync(Cap, Stop);

        bool hasEnded = false;
        Task ending = _life.EndAsync(() =>
        {
            hasEnded = true;
            return Task.CompletedTask;
        });
        hasEnded.Should().BeFalse();
        undone.SetResult();
        await ending.WaitAsync(Cap, Stop);

        hasEnded.Should().BeTrue();
        await FluentActions.Awaiting(() => starting).Should().ThrowAsync<OperationCanceledException>();
        _status.Current.Should().Be(TransportStatus.Stopped);
    }

    [Fact]
    public async Task It_ends_once_and_nothing_of_it_can_be_had_any_more()
    {
        await StartAsync();
        int count = 0;
        Func<Task> end = () =>
        {
            count++;
            return Task.CompletedTask;
        };
        await Task.WhenAll(_life.EndAsync(end), _life.EndAsync(end));

        count.Should().Be(1);
        _life.Current.Should().BeNull();
        _life.Over.IsCancellationRequested.Should().BeTrue();
        (await _life.WaitAsync(Request(), Stop)).Should().BeNull();
        _status.Current.Should().Be(TransportStatus.Stopped);
        await FluentActions.Awaiting(StartAsync).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task The_status_ends_even_where_ending_throws()
    {
        await FluentActions.Awaiting(() => _life.EndAsync(() => throw new FormatException("a bug"))).Should().ThrowAsync<FormatException>();

        _status.Current.Should().Be(TransportStatus.Stopped);
    }

    [Fact]
    public async Task What_runs_ends_with_the_transport_in_good_order()
    {
        Task running = _life.RunAsync(over => Task.Delay(Timeout.InfiniteTimeSpan, _clock, over), NullLogger.Instance);
        await _life.EndAsync(() => running).WaitAsync(Cap, Stop);

        _status.Current.Should().Be(TransportStatus.Stopped);
    }

    [Fact]
    public async Task What_runs_fails_the_transport_and_nothing_else()
    {
        await _life.RunAsync(_ => throw new OverlayException("Mend this."), NullLogger.Instance);
        _status.Current.Should().Be(new TransportStatus.Failed("Mend this."));
    }

    [Fact]
    public async Task A_bug_in_what_runs_is_told_as_one()
    {
        await _life.RunAsync(_ => throw new OperationCanceledException("not ours"), NullLogger.Instance);
        _status.Current.Should().Be(new TransportStatus.Failed("Transport sample failed in a way it should not; the log has the details. Restart the gateway, and please report it."));
    }

    [Fact]
    public void A_publication_that_is_given_up_or_comes_at_a_wrong_time_is_refused_with_its_cause()
    {
        var definition = new ServiceDefinition { Name = "node", Identity = new Identities.Identity("sample", "aa.sample", [1]), Ports = [80] };

        _life.Refuse(definition, new CancellationToken(canceled: true)).Should().Be(new PublishError(PublishErrorKind.Cancelled, "The publication of service node was given up. Publish it again."));
        _life.Refuse(definition, Stop).Should().Be(
            new PublishError(PublishErrorKind.TransportFailed, "Service node cannot be published: transport sample has stopped or was not started. Start the gateway."));
    }

    private static DialRequest Request(Deadline deadline = default) => new(new SampleEndPoint("aa.sample", 80)) { Deadline = deadline };

    private Task StartAsync() => _life.StartAsync(_ => Task.FromResult("made"), Stop).WaitAsync(Cap, Stop);

    private Task EndAsync() => _life.EndAsync(() => Task.CompletedTask).WaitAsync(Cap, Stop);
}
