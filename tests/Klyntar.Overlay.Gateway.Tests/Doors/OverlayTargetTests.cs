using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Services whose targets are on an overlay themselves: a peer on one overlay is published on another.</summary>
public sealed class OverlayTargetTests : IDisposable
{
    private readonly InMemoryOverlay _near = new();
    private readonly InMemoryOverlay _far = new(new InMemoryOptions
    {
        Name = "far",
        Suffix = ".far",
        Capabilities = new TransportCapabilities { Isolation = true, SharedAddress = true, Publish = true },
    });

    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_peer_on_one_overlay_is_published_on_another_and_its_address_stays_out_of_the_log()
    {
        await using TestGateway peer = await TestGateway.PublishAsync(_far, _node.EndPoint);
        await using TestGateway server = await PublishAsync(Named(peer.Address));
        await using TestGateway gateway = await TestGateway.StartAsync(_near);

        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();
        await client.SendAsync("there");
        (await visitor.ReadTextAsync(5)).Should().Be("there");
        await visitor.SendAsync("and back");
        (await client.ReadTextAsync(8)).Should().Be("and back");
        visitor.Dispose();
        (await client.ReadToEndAsync()).Should().BeEmpty();
        client.Dispose();

        GatewayStatus status = await server.Host.UntilAsync(s => s.Services[0] is { Visitors: 0, BytesIn: 5, BytesOut: 8 });
        status.Services[0].Ports.Should().ContainSingle().Which.Target.Should().Be($"{peer.Address}:80");
        server.Log.Lines.Should().NotContain(l => l.Level >= LogLevel.Warning || l.Message.Contains(peer.Address));
    }

    [Fact]
    public async Task The_end_of_a_request_is_held_back_until_the_answer_has_come_where_the_targets_overlay_has_no_half_close()
    {
        await using TestGateway peer = await TestGateway.PublishAsync(_far, _node.EndPoint);
        await using TestGateway server = await PublishAsync(Named(peer.Address));
        await using TestGateway gateway = await TestGateway.StartAsync(_near);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();
        byte[] answer = new byte[1_000_000];
        Random.Shared.NextBytes(answer);

        await client.SendAsync("question");
        client.Shutdown(SocketShutdown.Send);
        (await visitor.ReadTextAsync(8)).Should().Be("question");
        Task sending = visitor.SendAsync(answer);
        (await client.ReadAsync(answer.Length)).Should().Equal(answer);
        await sending;
        visitor.Shutdown(SocketShutdown.Send);

        (await client.ReadToEndAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_visitor_who_left_over_an_overlay_without_half_close_holds_the_target_for_a_moment_only()
    {
        var clock = new FakeTimeProvider();
        await using TestGateway peer = await TestGateway.PublishAsync(_far, _node.EndPoint);
        GatewayOptions options = Options(Named(peer.Address), "far") with { Relay = new RelayTimes { FinHoldBack = Timeout.InfiniteTimeSpan } };
        await using TestGateway server = await TestGateway.StartAsync(new ScriptedTransport(_far.CreateTransport()), options, clock);
        await server.Host.WaitUntilReadyAsync().SoonAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(new ScriptedTransport(_far.CreateTransport()), new GatewayOptions { Socks = [TestGateway.AnyPort], Relay = new RelayTimes { FinHoldBack = TimeSpan.FromMilliseconds(1) } });
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();

        client.Dispose();
        Task<byte[]> seen = visitor.ReadToEndAsync();
        await Patience.UntilAsync(() => Advance(clock, seen));

        (await seen).Should().BeEmpty();
    }

    [Fact]
    public async Task Visitors_of_one_service_dial_under_one_isolation_and_those_of_another_under_another()
    {
        await using TestGateway peer = await TestGateway.PublishAsync(_far, _node.EndPoint);
        var far = new ScriptedTransport(_far.CreateTransport());
        GatewayOptions options = Options(Named(peer.Address));
        ServiceOptions service = options.Services["node"];
        options = options with { Services = new Dictionary<string, ServiceOptions> { ["node"] = service, ["web"] = service } };
        await using TestGateway server = await TestGateway.StartAsync(new ScriptedTransport(_near.CreateTransport()), options, other: far);
        GatewayStatus ready = await server.Host.UntilAsync(s => s.IsReady);
        await using TestGateway gateway = await TestGateway.StartAsync(_near);
        foreach (string name in new[] { "node", "node", "web" })
        {
            using Socket client = await gateway.DialAsync(ready.Services.Single(s => s.Name == name).Ports[0].Host);
            using Socket visitor = await _node.AcceptAsync();
        }

        IsolationKey[] keys = [.. far.Dialled.Select(d => d.Isolation)];
        keys.Should().HaveCount(3).And.NotContain(IsolationKey.Shared);
        keys[1].Should().Be(keys[0]);
        keys[2].Should().NotBe(keys[0]);
    }

    [Fact]
    public async Task Visitors_of_a_target_that_cannot_be_dialled_are_turned_away_and_it_is_told_once()
    {
        await using TestGateway peer = await TestGateway.PublishAsync(_far, _node.EndPoint);
        var far = new ScriptedTransport(_far.CreateTransport()) { OnDial = (_, _) => new(new DialError(DialErrorKind.Unreachable, "far", "it said so")) };
        await using TestGateway server = await TestGateway.StartAsync(new ScriptedTransport(_near.CreateTransport()), Options(Named(peer.Address)), other: far);
        await server.Host.WaitUntilReadyAsync().SoonAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(_near);

        for (int i = 0; i < 3; i++)
        {
            using Socket client = await gateway.DialAsync(server.Address);
            (await client.ReadToEndAsync()).Should().BeEmpty();
        }

        server.Log.Lines.Should().ContainSingle(l => l.Level == LogLevel.Warning).Which.Message.Should()
            .Contain(":80 of port 80 of the service node cannot be connected to: far: The address is known, but its service could not be reached. It may be restarting: try again, or check that the other side is running. (it said so)")
            .And.NotContain(peer.Address);
        far.OnDial = null;
        using Socket late = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();
        await Patience.UntilAsync(() => server.Log.Lines.Any(l => l.Message.EndsWith("can be connected to again.")));
    }

    [Fact]
    public async Task Visitors_beyond_a_number_wait_for_their_turn_to_dial_and_are_turned_away_when_it_does_not_come()
    {
        const int Turns = 32;
        const int Visitors = Turns + 8;
        var clock = new FakeTimeProvider();
        var released = new TaskCompletionSource();
        await using TestGateway peer = await TestGateway.PublishAsync(_far, _node.EndPoint);
        var far = new ScriptedTransport(_far.CreateTransport())
        {
            OnDial = async (_, _) =>
            {
                await released.Task;
                return new DialError(DialErrorKind.Unreachable, "far");
            },
        };
        await using TestGateway server = await TestGateway.StartAsync(new ScriptedTransport(_near.CreateTransport()), Options(Named(peer.Address)), clock, other: far);
        await server.Host.WaitUntilReadyAsync().SoonAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(_near);
        List<Socket> clients = [];
        try
        {
            for (int i = 0; i < Visitors; i++)
            {
                clients.Add(await gateway.DialAsync(server.Address));
            }

            await Patience.UntilAsync(() => server.Host.Status.Current.Services[0].VisitorsTotal == Visitors);
            await Patience.UntilAsync(() =>
            {
                clock.Advance(TimeSpan.FromMinutes(2));
                return server.Host.Status.Current.Services[0].Visitors == Turns;
            });
            far.Dialled.Should().HaveCount(Turns);
        }
        finally
        {
            released.SetResult();
            clients.ForEach(c => c.Dispose());
        }
    }

    [Theory]
    [InlineData("node.example", "it is no name of an enabled overlay. Name the transport that dials it in \"transports\", or correct the name.")]
    [InlineData("node.onion", "the overlay of this name is not enabled. Name the transport that dials it in \"transports\", or correct the name.")]
    [InlineData("mistyped.far", "far: The address is not valid. Copy it again, whole. (*)")]
    public async Task A_name_that_nobody_dials_stops_the_start_with_the_cause_and_what_to_do(string name, string why)
    {
        var far = new ScriptedTransport(_far.CreateTransport());
        Func<Task> starting = () => TestGateway.StartAsync(new ScriptedTransport(_near.CreateTransport()), Options(Named(name)), other: far);

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage($"Port 80 of the service node leads to a name that cannot be dialled: {why}");
    }

    [Fact]
    public async Task A_service_that_is_published_to_itself_stops_the_start()
    {
        string own = AddressOf("node");
        Func<Task> starting = () => TestGateway.StartAsync(
            new ScriptedTransport(_near.CreateTransport()), Options(new DnsEndPoint(own, 81)), folder: _folder, other: new ScriptedTransport(_far.CreateTransport()));

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage(
            "The service node is published to itself: its port 80 leads to an address of its own. Each visitor would bring another one, without end. Write the end point of the node that shall be published.");
    }

    [Fact]
    public async Task Services_that_are_published_to_each_other_stop_the_start_and_a_chain_of_them_does_not()
    {
        Dictionary<string, ServiceOptions> services = new()
        {
            ["a"] = Leading(Named(AddressOf("b"))),
            ["b"] = Leading(Named(AddressOf("c"))),
            ["c"] = Leading(Named(AddressOf("b"))),
        };
        Func<Task> starting = () => StartAsync(services);
        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage(
            "Services are published to each other: port 80 of the service b leads to the service c, and port 80 of the service c leads to the service b. Each visitor would bring another one, without end. *");

        services["c"] = Leading(_node.EndPoint);
        await using TestGateway server = await StartAsync(services);
        GatewayStatus ready = await server.Host.UntilAsync(s => s.IsReady);
        await using TestGateway gateway = await TestGateway.StartAsync(_near);
        using Socket client = await gateway.DialAsync(ready.Services.Single(s => s.Name == "a").Ports[0].Host);
        using Socket visitor = await _node.AcceptAsync();
        await visitor.SendAsync("through both");
        (await client.ReadTextAsync(12)).Should().Be("through both");

        Task<TestGateway> StartAsync(Dictionary<string, ServiceOptions> all) =>
            TestGateway.StartAsync(new ScriptedTransport(_near.CreateTransport()), new GatewayOptions { Socks = [], Services = all }, folder: _folder);
    }

    private static DnsEndPoint Named(string host) => new(host, 80);

    private static ServiceOptions Leading(EndPoint target, string on = "memory") => new() { Ports = new Dictionary<int, EndPoint> { [80] = target }, On = [on] };

    private static GatewayOptions Options(EndPoint target, string on = "memory") => new()
    {
        Socks = [],
        Services = new Dictionary<string, ServiceOptions> { ["node"] = Leading(target, on) },
    };

    private string AddressOf(string service) =>
        new ServiceIdentities(_folder.Path, "memory", _near.CreateTransport().Identities!).ReadOrCreate(service).Address;

    private async Task<TestGateway> PublishAsync(EndPoint target)
    {
        TestGateway gateway = await TestGateway.StartAsync(new ScriptedTransport(_near.CreateTransport()), Options(target), other: new ScriptedTransport(_far.CreateTransport()));
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();
        return gateway;
    }

    private static bool Advance(FakeTimeProvider clock, Task done)
    {
        // Timers may not be set yet, so the clock is moved until it happens.
        if (!done.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        return done.IsCompleted;
    }
}
