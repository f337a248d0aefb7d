using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class ServiceDoorTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_port_leads_to_its_own_target_over_TCP_or_a_Unix_socket()
    {
        using var second = new TestNode(new UnixDomainSocketEndPoint(_folder.File("n")));
        await using TestGateway server = await TestGateway.PublishAsync(
            _overlay, _node.EndPoint, o => WithService(o, s => s with { Ports = new Dictionary<int, EndPoint> { [9999] = second.EndPoint, [80] = _node.EndPoint } }));
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);

        using Socket client = await gateway.DialAsync(server.Address, 9999);
        using Socket visitor = await second.AcceptAsync();
        await visitor.SendAsync("second");
        (await client.ReadTextAsync(6)).Should().Be("second");

        using Socket other = await gateway.DialAsync(server.Address, 80);
        using Socket otherVisitor = await _node.AcceptAsync();
        await otherVisitor.SendAsync("first");
        (await other.ReadTextAsync(5)).Should().Be("first");

        ServiceReport report = server.Host.Status.Current.Services.Should().ContainSingle().Subject;
        report.Ports.Should().Equal(
            [
                new ServicePortReport(server.Address, 9999, $"unix:{_folder.File("n")}"),
                new ServicePortReport(server.Address, 80, EndPointText.Format(_node.EndPoint)),
            ],
            "the first one that is written has the identity's own address where each port has one");
    }

    [Fact]
    public async Task A_service_keeps_its_address_over_restarts_and_its_key_is_in_the_key_folder()
    {
        string address;
        await using (TestGateway first = await TestGateway.PublishAsync(_overlay, _node.EndPoint, folder: _folder))
        {
            address = first.Address;
        }

        File.Exists(_folder.File("keys/memory/node")).Should().BeTrue();
        await using TestGateway second = await TestGateway.PublishAsync(_overlay, _node.EndPoint, folder: _folder);
        second.Address.Should().Be(address);
    }

    [Fact]
    public async Task A_service_uses_the_identity_that_its_configuration_names()
    {
        await using TestGateway server = await TestGateway.PublishAsync(
            _overlay, _node.EndPoint, o => WithService(o, s => s with { Identity = "kept" }), folder: _folder);

        new ServiceIdentities(_folder.Path, "memory", server.Transport.Identities!).Read("kept")!.Address.Should().Be(server.Address);
        File.Exists(_folder.File("keys/memory/node")).Should().BeFalse();
    }

    [Fact]
    public async Task A_damaged_key_stops_the_start_and_is_never_replaced()
    {
        await using (await TestGateway.PublishAsync(_overlay, _node.EndPoint, folder: _folder))
        {
        }

        string key = _folder.File("keys/memory/node");
        await File.WriteAllBytesAsync(key, [1, 2, 3]);
        Func<Task> starting = () => TestGateway.PublishAsync(_overlay, _node.EndPoint, folder: _folder);

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage($"The key {key} is damaged: *");
        (await File.ReadAllBytesAsync(key)).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Visitors_of_a_target_that_refuses_are_turned_away_and_it_is_told_once()
    {
        EndPoint target = _node.EndPoint;
        _node.Dispose();
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, target);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);

        for (int i = 0; i < 3; i++)
        {
            using Socket client = await gateway.DialAsync(server.Address);
            (await client.ReadToEndAsync()).Should().BeEmpty();
        }

        server.Log.Lines.Should().ContainSingle(l => l.Level == LogLevel.Warning)
            .Which.Message.Should().Contain($"the target {target} of port 80 of the service node cannot be connected to").And.Contain("Check that the node is running");

        using var back = new TestNode(target);
        using Socket late = await gateway.DialAsync(server.Address);
        using Socket visitor = await back.AcceptAsync();
        await Patience.UntilAsync(() => server.Log.Lines.Any(l => l.Message.EndsWith("can be connected to again.")));
    }

    [Fact]
    public async Task More_visitors_than_allowed_are_turned_away_until_one_leaves()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint, o => WithService(o, s => s with { Visitors = 1 }));
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        using Socket first = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();

        using (Socket second = await gateway.DialAsync(server.Address))
        {
            (await second.ReadToEndAsync()).Should().BeEmpty();
        }

        ServiceReport report = server.Host.Status.Current.Services[0];
        report.VisitorsTotal.Should().Be(2);
        await visitor.SendAsync("12345");
        (await first.ReadTextAsync(5)).Should().Be("12345");
        await first.SendAsync("123");
        (await visitor.ReadTextAsync(3)).Should().Be("123");
        first.Dispose();
        visitor.Dispose();
        await server.Host.UntilAsync(s => s.Services[0] is { Visitors: 0, BytesIn: 3, BytesOut: 5 });

        using Socket third = await gateway.DialAsync(server.Address);
        using Socket thirdVisitor = await _node.AcceptAsync();
    }

    [Fact]
    public async Task Each_visitor_has_limits_of_its_own_and_who_goes_on_beyond_them_is_expelled()
    {
        var limits = new VisitorLimits { Connections = 2, ExpelAfter = 2 };
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint, o => WithService(o, s => s with { PerVisitor = limits }));
        await using TestGateway greedy = await TestGateway.StartAsync(_overlay);
        await using TestGateway modest = await TestGateway.StartAsync(_overlay);
        using Socket other = await modest.DialAsync(server.Address);
        using Socket otherVisitor = await _node.AcceptAsync();
        using Socket first = await greedy.DialAsync(server.Address);
        using Socket firstVisitor = await _node.AcceptAsync();
        using Socket second = await greedy.DialAsync(server.Address);
        using Socket secondVisitor = await _node.AcceptAsync();
        using (Socket third = await greedy.DialAsync(server.Address))
        {
            (await third.ReadToEndAsync()).Should().BeEmpty();
        }

        await firstVisitor.SendAsync("here");
        (await first.ReadTextAsync(4)).Should().Be("here", "one too many costs that one alone");
        using (Socket fourth = await greedy.DialAsync(server.Address))
        {
            (await first.ReadToEndAsync()).Should().BeEmpty();
            (await second.ReadToEndAsync()).Should().BeEmpty();
        }

        await server.Host.UntilAsync(s => s.Services[0] is { Visitors: 1, VisitorsTotal: 5, VisitorsTurnedAway: 2, VisitorsExpelled: 1 });
        await otherVisitor.SendAsync("still");
        (await other.ReadTextAsync(5)).Should().Be("still");
        using Socket again = await greedy.DialAsync(server.Address);
        using Socket againVisitor = await _node.AcceptAsync();
    }

    [Fact]
    public async Task Visitors_whom_an_overlay_does_not_tell_apart_have_no_limits_of_their_own()
    {
        var nameless = new InMemoryOverlay(new InMemoryOptions { Capabilities = new InMemoryOptions().Capabilities with { VisitorIdentity = false } });
        await using TestGateway server = await TestGateway.PublishAsync(nameless, _node.EndPoint, o => WithService(o, s => s with { PerVisitor = new VisitorLimits { Connections = 1 } }));
        await using TestGateway gateway = await TestGateway.StartAsync(nameless);
        for (int i = 0; i < 3; i++)
        {
            using Socket client = await gateway.DialAsync(server.Address);
            using Socket visitor = await _node.AcceptAsync();
        }

        server.Host.Status.Current.Services[0].VisitorsTurnedAway.Should().Be(0);
    }

    [Fact]
    public async Task A_service_that_the_transport_refuses_is_failed_and_the_gateway_lives()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport())
        {
            OnPublish = (_, _) => new(new PublishError(PublishErrorKind.InvalidOptions, "This overlay wants something else.")),
        };

        await using TestGateway gateway = await StartWithServiceAsync(transport);

        GatewayStatus status = await gateway.Host.UntilAsync(s => s.Services[0].State == ServiceState.Failed);
        status.Services[0].Detail.Should().Be("This overlay wants something else.");
        Func<Task> waiting = () => gateway.Host.WaitUntilReadyAsync();
        (await waiting.Should().ThrowAsync<OverlayException>()).WithMessage("The service node on memory failed: This overlay wants something else.");
        await gateway.Host.UntilAsync(s => s.Transports[0].State == TransportState.Ready);
    }

    [Fact]
    public async Task A_transport_that_throws_while_publishing_fails_its_service_alone()
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport()) { OnPublish = (_, _) => throw new InvalidOperationException("a plugin's bug") };

        await using TestGateway gateway = await StartWithServiceAsync(transport);

        GatewayStatus status = await gateway.Host.UntilAsync(s => s.Services[0].State == ServiceState.Failed);
        status.Services[0].Detail.Should().Contain("a plugin's bug");
    }

    [Fact]
    public async Task A_helper_that_dies_shows_in_the_status_and_the_service_comes_back_under_its_address()
    {
        InMemoryTransport memory = _overlay.CreateTransport();
        await using TestGateway server = await StartWithServiceAsync(new ScriptedTransport(memory));
        await server.Host.WaitUntilReadyAsync().SoonAsync();
        string address = server.Address;
        _overlay.Faults = new InMemoryFaults { StalledPublish = true };

        memory.LoseHelper();
        await server.Host.UntilAsync(s => s.Services[0].State != ServiceState.Published);
        _overlay.Faults = InMemoryFaults.None;
        await server.Host.UntilAsync(s => s.IsReady);

        server.Address.Should().Be(address);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        using Socket client = await gateway.DialAsync(address);
        using Socket visitor = await _node.AcceptAsync();
    }

    [Fact]
    public async Task A_service_on_an_overlay_that_is_only_dialled_stops_the_start()
    {
        var dialOnly = new InMemoryOverlay(new InMemoryOptions { Capabilities = new TransportCapabilities() });

        Func<Task> starting = () => StartWithServiceAsync(new ScriptedTransport(dialOnly.CreateTransport()));

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage("The service node cannot be published on memory, which is only dialled. Remove \"memory\" from the service's \"on\".");
    }

    [Fact]
    public async Task A_service_is_withdrawn_before_its_transport_ends_and_its_status_says_stopped()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        bool withdrawn = false;
        server.Transport.OnDispose = () =>
        {
            withdrawn = server.Host.Status.Current.Services[0].State == ServiceState.Stopped;
            return ValueTask.CompletedTask;
        };

        await server.Host.StopAsync().SoonAsync();

        withdrawn.Should().BeTrue();
        server.Host.Status.Current.Transports[0].State.Should().Be(TransportState.Stopped);
    }

    private Task<TestGateway> StartWithServiceAsync(ScriptedTransport transport) => TestGateway.StartAsync(transport, new GatewayOptions
    {
        Socks = [],
        Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint }, On = ["memory"] } },
    });

    private static GatewayOptions WithService(GatewayOptions options, Func<ServiceOptions, ServiceOptions> change) =>
        options with { Services = options.Services.ToDictionary(s => s.Key, s => change(s.Value)) };
}
