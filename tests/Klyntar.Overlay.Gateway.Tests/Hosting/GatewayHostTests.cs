using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class GatewayHostTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();

    private GatewayOptions WithService => new()
    {
        Socks = [TestGateway.AnyPort],
        Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint }, On = ["memory"] } },
    };

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_doors_listen_while_a_transport_still_starts()
    {
        var go = new TaskCompletionSource();
        var transport = new ScriptedTransport(_overlay.CreateTransport()) { OnStart = _ => go.Task };

        await using TestGateway gateway = await TestGateway.StartAsync(transport, new GatewayOptions { Socks = [TestGateway.AnyPort] });

        gateway.Host.Status.Current.Transports[0].State.Should().Be(TransportState.NotStarted);
        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync(Socks5.Greeting);
        (await client.ReadAsync(2)).Should().Equal(5, 0);
        Task ready = gateway.Host.WaitUntilReadyAsync();
        ready.IsCompleted.Should().BeFalse();
        go.SetResult();
        await ready.SoonAsync();
    }

    [Fact]
    public async Task A_transport_that_cannot_start_is_failed_and_says_why()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport()) { OnStart = _ => throw new OverlayException("There is no tor. Install it.") };

        await using TestGateway gateway = await TestGateway.StartAsync(transport, new GatewayOptions { Socks = [] });

        Func<Task> waiting = () => gateway.Host.WaitUntilReadyAsync().SoonAsync();
        (await waiting.Should().ThrowAsync<OverlayException>()).WithMessage("The transport memory failed: There is no tor. Install it.");
        gateway.Log.Lines.Should().Contain(l => l.Level == LogLevel.Error && l.Message == "memory cannot start: There is no tor. Install it.");
    }

    [Fact]
    public async Task A_service_on_a_transport_that_cannot_start_says_why()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport()) { OnStart = _ => throw new OverlayException("There is no tor. Install it.") };

        await using TestGateway gateway = await TestGateway.StartAsync(transport, WithService);

        GatewayStatus status = await gateway.Host.UntilAsync(s => s.Services[0].State == ServiceState.Failed);
        status.Services[0].Detail.Should().Be("memory has failed: There is no tor. Install it.");
    }

    [Fact]
    public async Task A_transport_that_hangs_in_its_start_does_not_hold_the_end_up()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport()) { OnStart = _ => new TaskCompletionSource().Task };
        TestGateway gateway = await TestGateway.StartAsync(transport, WithService);

        await gateway.Host.StopAsync().SoonAsync();

        gateway.Host.Status.Current.Transports[0].State.Should().Be(TransportState.Stopped);
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_transport_that_hangs_in_its_end_is_left_behind()
    {
        var clock = new FakeTimeProvider();
        var ending = new TaskCompletionSource();
        var transport = new ScriptedTransport(_overlay.CreateTransport())
        {
            OnDispose = () =>
            {
                ending.SetResult();
                return new ValueTask(new TaskCompletionSource().Task);
            },
        };
        TestGateway gateway = await TestGateway.StartAsync(transport, new GatewayOptions { Socks = [] }, clock);

        Task stopping = gateway.Host.StopAsync();
        await ending.Task.SoonAsync();
        await Patience.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });

        await stopping;
        gateway.Log.Lines.Should().Contain(l => l.Message.StartsWith("memory did not end in time"));
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_dial_that_pays_no_heed_to_cancellation_does_not_hold_the_end_up()
    {
        var clock = new FakeTimeProvider();
        TestGateway gateway = await TestGateway.StartAsync(_overlay, clock: clock);
        gateway.Transport.OnDial = (_, _) => new ValueTask<DialResult>(new TaskCompletionSource<DialResult>().Task);
        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync(Socks5.Request(gateway.Transport.Identities!.Create().Address, 80));
        await Patience.UntilAsync(() => !gateway.Transport.Dialled.IsEmpty);

        Task stopping = gateway.Host.StopAsync();
        (await client.ReadToEndAsync()).Should().Equal(5, 0);
        await Patience.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });

        await stopping;
        gateway.Log.Lines.Should().Contain(l => l.Message.StartsWith("1 connections of the SOCKS door"));
        await gateway.DisposeAsync().AsTask().SoonAsync();
    }

    [Fact]
    public async Task A_transport_that_throws_wherever_it_can_is_contained()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport())
        {
            OnStart = _ => throw new InvalidOperationException("start"),
            OnPublish = (_, _) => throw new InvalidOperationException("publish"),
            OnDial = (_, _) => throw new InvalidOperationException("dial"),
            OnDispose = () => throw new InvalidOperationException("dispose"),
            Status = new ThrowingStatus(),
        };
        TestGateway gateway = await TestGateway.StartAsync(transport, WithService);

        await gateway.Host.UntilAsync(s => s.Services[0].State == ServiceState.Failed && s.Transports[0].State == TransportState.Failed);
        DialResult dial = await gateway.Host.DialAsync(new DialRequest(new DnsEndPoint(transport.Identities!.Create().Address, 80)));
        dial.Error!.Kind.Should().Be(DialErrorKind.Internal);
        await gateway.DisposeAsync();

        gateway.Log.Lines.Where(l => l.Exception is InvalidOperationException).Select(l => l.Exception!.Message)
            .Should().Contain(["start", "dial", "dispose", "status"]);
    }

    [Fact]
    public async Task Two_gateways_on_one_data_folder_are_refused()
    {
        await using TestGateway first = await TestGateway.StartAsync(_overlay, folder: _folder);

        Func<Task> second = () => TestGateway.StartAsync(_overlay, folder: _folder);

        (await second.Should().ThrowAsync<OverlayException>()).WithMessage($"*{_folder.Path}*");
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_behind()
    {
        Func<Task> failing = () => TestGateway.StartAsync(_overlay, new SocksDoorOptions { Listen = _node.EndPoint }, folder: _folder);
        await failing.Should().ThrowAsync<OverlayException>();

        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);

        gateway.Host.DataFolder.Should().Be(_folder.Path);
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_nothing_behind()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport());
        Func<Task> starting = () => GatewayHost.StartAsync(
            new GatewayOptions { DataFolder = _folder.Path, Socks = [TestGateway.AnyPort] },
            new GatewayServices { Catalog = TransportCatalog.Of(new TestFactory(transport)), Programs = new NoPrograms() },
            new CancellationToken(canceled: true));

        await starting.Should().ThrowAsync<OperationCanceledException>();

        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
    }

    [Fact]
    public async Task Options_that_are_wrong_stop_the_start_before_anything_is_opened()
    {
        Func<Task> starting = () => TestGateway.StartAsync(_overlay, new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Any, 0) }, folder: _folder);

        await starting.Should().ThrowAsync<ConfigurationException>();
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_data_folder_too_deep_for_sockets_is_refused_with_the_next_step()
    {
        string deep = _folder.File(new string('x', 120));

        Func<Task> starting = () => GatewayHost.StartAsync(
            new GatewayOptions { DataFolder = deep, Socks = [] }, new GatewayServices { Catalog = TransportCatalog.Of(Array.Empty<ITransportFactory>()), Programs = new NoPrograms() });

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage("*too long for a Unix socket*Choose a shorter data folder.");
    }

    [Fact]
    public async Task Connections_may_end_in_their_own_time_while_the_gateway_stops()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, clock: new FakeTimeProvider());
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();
        using Socket shaking = await gateway.ConnectAsync();
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Socks[0].Connections == 2);

        Task stopping = gateway.Host.StopAsync();
        (await shaking.ReadToEndAsync()).Should().BeEmpty("what does not relay yet ends at once");
        await client.SendAsync("last question");
        (await visitor.ReadTextAsync(13)).Should().Be("last question");
        await visitor.SendAsync("last answer");
        (await client.ReadTextAsync(11)).Should().Be("last answer");
        stopping.IsCompleted.Should().BeFalse();
        client.Dispose();
        visitor.Dispose();

        await stopping.SoonAsync();
    }

    [Fact]
    public async Task Connections_that_go_on_are_cut_when_the_drain_time_is_over()
    {
        var clock = new FakeTimeProvider();
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, clock: clock);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();

        Task stopping = gateway.Host.StopAsync();
        stopping.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(3));

        await stopping.SoonAsync();
        (await client.ReadToEndAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Stopping_twice_and_disposing_is_stopping_once()
    {
        TestGateway gateway = await TestGateway.StartAsync(_overlay);

        await Task.WhenAll(gateway.Host.StopAsync(), gateway.Host.StopAsync()).SoonAsync();
        await gateway.Host.DisposeAsync();
        await gateway.DisposeAsync();

        Func<Task> connecting = () => gateway.ConnectAsync();
        await connecting.Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task A_watch_of_the_status_ends_with_the_gateway()
    {
        TestGateway gateway = await TestGateway.StartAsync(_overlay);
        Task<GatewayStatus[]> watch = CollectAsync();
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();

        await gateway.DisposeAsync();

        (await watch.SoonAsync()).Last().Transports[0].State.Should().Be(TransportState.Stopped);

        async Task<GatewayStatus[]> CollectAsync()
        {
            var all = new List<GatewayStatus>();
            await foreach (GatewayStatus status in gateway.Host.Status.WatchAsync())
            {
                all.Add(status);
            }

            return [.. all];
        }
    }

    [Theory]
    [InlineData(EngineChoice.Auto)]
    [InlineData(EngineChoice.Portable)]
    public async Task The_engine_is_the_fastest_of_this_machine_unless_it_is_switched_off(EngineChoice choice)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new ScriptedTransport(_overlay.CreateTransport()), new GatewayOptions { Socks = [], Engine = choice });
        Connections.SocketEngine expected = choice == EngineChoice.Portable ? Connections.SocketEngine.Portable : Connections.SocketEngine.Default;
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();
        gateway.Transport.Context!.Features.Get<Connections.SocketEngine>().Should().BeSameAs(expected);
        gateway.Host.Status.Current.Engine.Should().Be(expected.Name);
    }

    [Fact]
    public async Task A_transport_gets_a_folder_keys_and_an_engine_of_its_own()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();
        ITransportContext context = gateway.Transport.Context!;

        context.Folder.Should().Be(_folder.File("memory"));
        context.Keys.Create("a", [1, 2, 3]);
        context.Keys.Read("a").Should().Equal(1, 2, 3);
        context.Features.Get<Connections.SocketEngine>().Should().NotBeNull();
        HelperProgram program = await context.Programs.FindAsync("tor", null, CancellationToken.None);
        gateway.Host.Status.Current.Transports[0].Program.Should().Be(new ProgramReport(program.Path, program.Origin));
    }

    [Fact]
    public async Task A_transport_that_dials_or_publishes_on_itself_is_told_of_the_loop()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();
        ITransportContext context = gateway.Transport.Context!;
        var identity = gateway.Transport.Identities!.Create();

        DialResult dial = await context.DialAsync(new DialRequest(new DnsEndPoint(identity.Address, 80)), CancellationToken.None);
        PublishResult publication = await context.PublishAsync("memory", new ServiceDefinition { Name = "n", Identity = identity, Ports = [80] }, CancellationToken.None);
        PublishResult unknown = await context.PublishAsync("none", new ServiceDefinition { Name = "n", Identity = identity, Ports = [80] }, CancellationToken.None);

        dial.Error!.Kind.Should().Be(DialErrorKind.Loop);
        publication.Error!.Kind.Should().Be(PublishErrorKind.Loop);
        unknown.Error!.Kind.Should().Be(PublishErrorKind.NotSupported);
    }

    [Fact]
    public void The_default_data_folder_follows_the_XDG_specification()
    {
        string? before = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        try
        {
            Environment.SetEnvironmentVariable("XDG_STATE_HOME", "/x/state");
            GatewayOptions.DefaultDataFolder.Should().Be("/x/state/klyntar-overlay");
            Environment.SetEnvironmentVariable("XDG_STATE_HOME", "relative");
            GatewayOptions.DefaultDataFolder.Should().EndWith("/.local/state/klyntar-overlay").And.StartWith("/");
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_STATE_HOME", before);
        }
    }

    private sealed class ThrowingStatus : IStatus<TransportStatus>
    {
        public TransportStatus Current => TransportStatus.NotStarted;

        public IAsyncEnumerable<TransportStatus> WatchAsync(CancellationToken cancellationToken = default) => throw new InvalidOperationException("status");
    }
}
