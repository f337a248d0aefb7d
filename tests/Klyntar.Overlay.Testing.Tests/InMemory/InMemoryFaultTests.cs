using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>The overlay's faults, on virtual time: nothing here waits for a clock that nobody advances.</summary>
public sealed class InMemoryFaultTests : IAsyncDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly Stack<IAsyncDisposable> _owned = new();

    // Virtual time that nobody advances would be waited for in vain, and for ever.
    private readonly CancellationTokenSource _cap = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public InMemoryFaultTests() => _cap.CancelAfter(TimeSpan.FromSeconds(60));

    private CancellationToken Stop => _cap.Token;

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? owned))
        {
            await owned.DisposeAsync();
        }

        _cap.Dispose();
    }

    [Fact]
    public async Task A_start_takes_the_time_it_is_given_and_dials_wait_for_it()
    {
        InMemoryOverlay overlay = new(new InMemoryOptions { StartTime = Minute });
        InMemoryTransport transport = Own(overlay.CreateTransport());
        using TestTransportContext context = new(_clock);
        await transport.StartAsync(context, Stop);
        OverlayEndPoint endPoint = transport.Parse(transport.Identities!.Create().Address, 1).EndPoint!;
        Task<DialResult> impatient = transport.DialAsync(new DialRequest(endPoint) { Deadline = Deadline.After(Minute / 2, _clock) }, Stop).AsTask();
        Task<DialResult> patient = transport.DialAsync(new DialRequest(endPoint) { Deadline = Deadline.After(Minute * 2, _clock) }, Stop).AsTask();

        _clock.Advance(Minute / 2);
        (await impatient).Error!.Kind.Should().Be(DialErrorKind.TransportNotReady);
        patient.IsCompleted.Should().BeFalse();
        transport.Status.Current.Should().BeOfType<TransportStatus.Starting>();

        _clock.Advance(Minute / 2);
        (await patient).Error!.Kind.Should().Be(DialErrorKind.NotFound);
    }

    [Fact]
    public async Task A_publication_takes_the_time_it_is_given()
    {
        (StartedTransport started, IPublishedService service) = await PublishAsync(new InMemoryOptions { PublishTime = Minute });
        service.Status.Current.Should().BeOfType<ServiceStatus.Publishing>();
        (await DialAsync(started, service)).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        _clock.Advance(Minute);
        await UntilAsync(service.Status, status => status.IsPublished);
        (await DialAsync(started, service)).IsConnected.Should().BeTrue();
    }

    [Fact]
    public async Task A_stalled_publication_is_confirmed_once_the_overlay_has_recovered()
    {
        InMemoryOverlay overlay = new() { Faults = new InMemoryFaults { StalledPublish = true } };
        (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
        (await DialAsync(started, service)).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        overlay.Faults = InMemoryFaults.None;
        await UntilAsync(service.Status, status => status.IsPublished);
        (await DialAsync(started, service)).IsConnected.Should().BeTrue();
    }

    [Fact]
    public async Task A_lost_helper_breaks_connections_and_comes_back_with_its_services()
    {
        (StartedTransport started, IPublishedService service) = await PublishAsync(new InMemoryOptions());
        await UntilAsync(service.Status, status => status.IsPublished);
        (ConnectionContext dialled, Visitor visitor) = await ConnectAsync(started, service);
        var transport = (InMemoryTransport)started.Transport;

        transport.LoseHelper(Minute);

        transport.Status.Current.Should().BeOfType<TransportStatus.Degraded>();
        await UntilAsync(service.Status, status => status is ServiceStatus.Degraded);
        await FluentActions.Awaiting(() => dialled.Transport.Input.ReadAsync(Stop).AsTask()).Should().ThrowAsync<ConnectionResetException>();
        await FluentActions.Awaiting(() => visitor.Connection.Transport.Input.ReadAsync(Stop).AsTask()).Should().ThrowAsync<ConnectionResetException>();
        Task<DialResult> waiting = DialAsync(started, service).AsTask();
        waiting.IsCompleted.Should().BeFalse("the helper is gone, and a dial waits for it");

        _clock.Advance(Minute);
        await UntilAsync(service.Status, status => status.IsPublished);
        transport.Status.Current.Should().Be(TransportStatus.Ready);
        await waiting;
        (await ConnectAsync(started, service)).Visitor.Port.Should().Be(1);
    }

    [Fact]
    public async Task After_a_loss_a_service_takes_its_time_to_be_published_again()
    {
        (StartedTransport started, IPublishedService service) = await PublishAsync(new InMemoryOptions { PublishTime = Minute });
        _clock.Advance(Minute);
        await UntilAsync(service.Status, status => status.IsPublished);
        ((InMemoryTransport)started.Transport).LoseHelper(Minute);
        await UntilAsync(service.Status, status => status is ServiceStatus.Degraded);
        _clock.Advance(Minute);
        await UntilAsync(service.Status, status => status is ServiceStatus.Publishing);
        service.Status.Current.IsPublished.Should().BeFalse();
        _clock.Advance(Minute);
        await UntilAsync(service.Status, status => status.IsPublished);
    }

    [Fact]
    public async Task While_the_publishers_helper_is_gone_its_services_are_unreachable_for_others()
    {
        InMemoryOverlay overlay = new();
        (StartedTransport publisher, IPublishedService service) = await PublishAsync(overlay);
        await UntilAsync(service.Status, status => status.IsPublished);
        StartedTransport dialler = Own(await StartedTransport.StartAsync(overlay.CreateTransport(), new TestTransportContext(_clock), Stop));
        ((InMemoryTransport)publisher.Transport).LoseHelper(Minute);
        (await DialAsync(dialler, service)).Error!.Kind.Should().Be(DialErrorKind.Unreachable);
    }

    [Fact]
    public async Task A_failed_helper_waits_for_the_operator_and_takes_its_services_along()
    {
        (StartedTransport started, IPublishedService service) = await PublishAsync(new InMemoryOptions());
        ((InMemoryTransport)started.Transport).FailHelper("The program is missing. Install it.");
        started.Transport.Status.Current.Should().Be(new TransportStatus.Failed("The program is missing. Install it."));
        await UntilAsync(service.Status, status => status is ServiceStatus.Failed);
        (await DialAsync(started, service)).Error!.Kind.Should().Be(DialErrorKind.TransportFailed);
        PublishResult again = await started.Transport.PublishAsync(service.Definition, Stop);
        again.Error!.Kind.Should().Be(PublishErrorKind.TransportFailed);
    }

    [Fact]
    public async Task A_dial_takes_its_latency_and_pieces_take_theirs()
    {
        InMemoryOverlay overlay = new();
        (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
        await UntilAsync(service.Status, status => status.IsPublished);
        overlay.Faults = new InMemoryFaults { DialLatency = Minute, Latency = Minute };
        Task<DialResult> dial = DialAsync(started, service).AsTask();
        dial.IsCompleted.Should().BeFalse();
        _clock.Advance(Minute);
        ConnectionContext dialled = Own((await dial).Connection!);
        ConnectionContext accepted = Own((await service.AcceptAsync(Stop))!.Connection);

        await dialled.Transport.Output.WriteAsync("hello"u8.ToArray(), Stop);
        Task<ReadResult> read = accepted.Transport.Input.ReadAsync(Stop).AsTask();
        while (!read.IsCompleted)
        {
            // The piece starts when the overlay picks it up, which may be after this: so time goes on until it has come.
            read.IsCompleted.Should().BeFalse();
            await Task.Yield();
            _clock.Advance(Minute);
        }

        (await read).Buffer.Length.Should().Be(5);
    }

    [Fact]
    public async Task A_dial_that_is_never_answered_ends_with_its_deadline()
    {
        InMemoryOverlay overlay = new() { Faults = new InMemoryFaults { NeverAnswers = true } };
        (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
        Task<DialResult> dial = started.Transport.DialAsync(new DialRequest(service.EndPoints[0]) { Deadline = Deadline.After(Minute, _clock) }, Stop).AsTask();
        _clock.Advance(Minute - TimeSpan.FromSeconds(1));
        dial.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await dial).Error!.Kind.Should().Be(DialErrorKind.TimedOut);
    }

    [Fact]
    public async Task A_refusal_is_whatever_the_test_asks_for()
    {
        foreach (DialErrorKind kind in Enum.GetValues<DialErrorKind>())
        {
            InMemoryOverlay overlay = new() { Faults = new InMemoryFaults { Refusal = kind } };
            (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
            (await DialAsync(started, service)).Error.Should().Be(new DialError(kind, "memory"));
        }
    }

    [Fact]
    public async Task A_half_open_connection_takes_bytes_and_the_service_hears_nothing()
    {
        InMemoryOverlay overlay = new();
        (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
        await UntilAsync(service.Status, status => status.IsPublished);
        overlay.Faults = new InMemoryFaults { HalfOpen = true };
        ConnectionContext dialled = Own((await DialAsync(started, service)).Connection!);
        Task<Visitor?> accept = service.AcceptAsync(Stop).AsTask();
        await dialled.Transport.Output.WriteAsync("hello"u8.ToArray(), Stop);
        Task<ReadResult> read = dialled.Transport.Input.ReadAsync(Stop).AsTask();
        accept.IsCompleted.Should().BeFalse();
        read.IsCompleted.Should().BeFalse();
        dialled.Abort();
        await FluentActions.Awaiting(() => read).Should().ThrowAsync<ConnectionAbortedException>();
    }

    [Theory]
    [InlineData(StreamFaultKind.Truncate, 0)]
    [InlineData(StreamFaultKind.Truncate, 1)]
    [InlineData(StreamFaultKind.Truncate, 65_536)]
    [InlineData(StreamFaultKind.Truncate, 65_537)]
    [InlineData(StreamFaultKind.Reset, 0)]
    [InlineData(StreamFaultKind.Reset, 1)]
    [InlineData(StreamFaultKind.Reset, 99_999)]
    public async Task A_stream_is_cut_after_exactly_the_byte_that_was_asked_for(StreamFaultKind kind, int after)
    {
        foreach (bool toDialler in (bool[])[true, false])
        {
            InMemoryOverlay overlay = new();
            (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
            await UntilAsync(service.Status, status => status.IsPublished);
            StreamFault fault = new(kind, after);
            overlay.Faults = toDialler ? new InMemoryFaults { ToDialler = fault } : new InMemoryFaults { FromDialler = fault };
            (ConnectionContext dialled, Visitor visitor) = await ConnectAsync(started, service);
            (ConnectionContext writer, ConnectionContext reader) = toDialler ? (visitor.Connection, dialled) : (dialled, visitor.Connection);

            Task writing = WriteAsync(writer);
            StreamEnd end = await Wire.ReadToEndAsync(reader, Stop);
            await writing;
            if (kind == StreamFaultKind.Truncate)
            {
                end.Failure.Should().BeNull();
                end.Bytes.Length.Should().Be(after);
            }
            else
            {
                end.Failure.Should().BeOfType<ConnectionResetException>();
                end.Bytes.Length.Should().BeLessThanOrEqualTo(after, "a reset drops what was under way");
            }
        }

        async Task WriteAsync(ConnectionContext writer)
        {
            try
            {
                await Wire.WriteAsync(writer, Wire.Bytes(1, 100_000), Stop);
            }
            catch (IOException)
            {
                // Cut.
            }
        }
    }

    [Fact]
    public async Task A_stalled_stream_says_nothing_until_somebody_aborts()
    {
        InMemoryOverlay overlay = new(new InMemoryOptions { Window = 1000 });
        (StartedTransport started, IPublishedService service) = await PublishAsync(overlay);
        await UntilAsync(service.Status, status => status.IsPublished);
        overlay.Faults = new InMemoryFaults { FromDialler = new StreamFault(StreamFaultKind.Stall, 10) };
        (ConnectionContext dialled, Visitor visitor) = await ConnectAsync(started, service);
        Task writing = dialled.Transport.Output.WriteAsync(new byte[2000], Stop).AsTask();
        (await Wire.ReadAsync(visitor.Connection, 10, Stop)).Should().HaveCount(10);
        Task<ReadResult> more = visitor.Connection.Transport.Input.ReadAsync(Stop).AsTask();
        writing.IsCompleted.Should().BeFalse();
        more.IsCompleted.Should().BeFalse();
        visitor.Connection.Abort();
        await FluentActions.Awaiting(() => more).Should().ThrowAsync<ConnectionAbortedException>();
        await FluentActions.Awaiting(() => writing).Should().ThrowAsync<ConnectionResetException>();
    }

    [Fact]
    public async Task The_first_cause_of_an_ending_is_kept()
    {
        (StartedTransport started, IPublishedService service) = await PublishAsync(new InMemoryOptions());
        await UntilAsync(service.Status, status => status.IsPublished);
        (ConnectionContext dialled, Visitor visitor) = await ConnectAsync(started, service);
        dialled.Abort();
        visitor.Connection.Abort();
        ((InMemoryTransport)started.Transport).LoseHelper();
        await FluentActions.Awaiting(() => dialled.Transport.Input.ReadAsync(Stop).AsTask()).Should().ThrowAsync<ConnectionAbortedException>();
        await FluentActions.Awaiting(() => visitor.Connection.Transport.Input.ReadAsync(Stop).AsTask()).Should().ThrowAsync<ConnectionResetException>();
        dialled.ConnectionClosed.Should().Be(visitor.Connection.ConnectionClosed);
    }

    [Fact]
    public async Task Visitors_beyond_the_backlog_wait_in_their_dials_and_are_dropped_when_the_service_ends()
    {
        (StartedTransport started, IPublishedService service) = await PublishAsync(new InMemoryOptions { Backlog = 1 });
        await UntilAsync(service.Status, status => status.IsPublished);
        ConnectionContext first = Own((await DialAsync(started, service)).Connection!);
        Task<DialResult> second = DialAsync(started, service).AsTask();
        second.IsCompleted.Should().BeFalse();
        await service.StopAsync(Stop);
        (await second).Error!.Kind.Should().Be(DialErrorKind.Unreachable);
        await FluentActions.Awaiting(() => first.Transport.Input.ReadAsync(Stop).AsTask()).Should().ThrowAsync<ConnectionResetException>();
    }

    private T Own<T>(T disposable)
        where T : IAsyncDisposable
    {
        _owned.Push(disposable);
        return disposable;
    }

    private Task<(StartedTransport Started, IPublishedService Service)> PublishAsync(InMemoryOptions options) => PublishAsync(new InMemoryOverlay(options));

    private async Task<(StartedTransport Started, IPublishedService Service)> PublishAsync(InMemoryOverlay overlay)
    {
        StartedTransport started = Own(await StartedTransport.StartAsync(overlay.CreateTransport(), new TestTransportContext(_clock), Stop));
        var definition = new ServiceDefinition { Name = "test", Identity = started.Transport.Identities!.Create(), Ports = [1] };
        PublishResult result = await started.Transport.PublishAsync(definition, Stop);
        return (started, Own(result.Service!));
    }

    private ValueTask<DialResult> DialAsync(StartedTransport started, IPublishedService service) =>
        started.Transport.DialAsync(new DialRequest(service.EndPoints[0]), Stop);

    private async Task<(ConnectionContext Dialled, Visitor Visitor)> ConnectAsync(StartedTransport started, IPublishedService service)
    {
        ConnectionContext dialled = Own((await DialAsync(started, service)).Connection!);
        Visitor visitor = (await service.AcceptAsync(Stop))!;
        Own(visitor.Connection);
        return (dialled, visitor);
    }

    private async Task UntilAsync<T>(IStatus<T> status, Func<T, bool> isAwaited)
        where T : class
    {
        await foreach (T value in status.WatchAsync(Stop))
        {
            if (isAwaited(value))
            {
                return;
            }
        }

        Assert.Fail($"The status ended with {status.Current}.");
    }
}
