using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What a node sees of its visitors, on both socket engines.</summary>
public sealed class VisitorsToldTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(EngineChoice.Auto)]
    [InlineData(EngineChoice.Portable)]
    public async Task Connections_of_one_visitor_come_from_one_address_and_another_ones_from_another(EngineChoice engine)
    {
        await using TestGateway server = await PublishAsync(_overlay, _node, VisitorsAs.SourceAddress, engine);
        await using TestGateway one = await TestGateway.StartAsync(_overlay);
        await using TestGateway other = await TestGateway.StartAsync(_overlay);

        IPAddress first = await VisitAsync(one, server.Address);
        (await VisitAsync(one, server.Address)).Should().Be(first, "who has left is remembered");
        IPAddress second = await VisitAsync(other, server.Address);

        second.Should().NotBe(first);
        ((IPAddress[])[first, second]).Should().OnlyContain(a => a.GetAddressBytes()[0] == 127 && a.GetAddressBytes()[1] == 72);
    }

    [Fact]
    public async Task Visitors_come_from_the_gateways_own_address_unless_they_are_to_be_told_apart()
    {
        await using TestGateway server = await PublishAsync(_overlay, _node, VisitorsAs.One);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);

        (await VisitAsync(gateway, server.Address)).Should().Be(IPAddress.Loopback);
    }

    [Theory]
    [InlineData(VisitorsAs.SourceAddress)]
    [InlineData(VisitorsAs.ProxyV1)]
    [InlineData(VisitorsAs.ProxyV2)]
    public async Task Whom_an_overlay_does_not_tell_apart_comes_from_the_usual_address_and_the_status_says_so(VisitorsAs way)
    {
        var nameless = new InMemoryOverlay(new InMemoryOptions { Capabilities = new InMemoryOptions().Capabilities with { VisitorIdentity = false } });
        await using TestGateway server = await PublishAsync(nameless, _node, way);
        await using TestGateway gateway = await TestGateway.StartAsync(nameless);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();

        ((IPEndPoint)visitor.RemoteEndPoint!).Address.Should().Be(IPAddress.Loopback);
        IPAddress told = way switch
        {
            VisitorsAs.ProxyV1 => ProxyHeaderReader.ReadText(await ReadTextHeaderAsync(visitor)).Source.Address,
            VisitorsAs.ProxyV2 => ProxyHeaderReader.ReadBinary(await ReadBinaryHeaderAsync(visitor)).Source.Address,
            _ => IPAddress.Loopback,
        };
        told.Should().Be(IPAddress.Loopback);
        server.Host.Status.Current.Services[0].Notes.Should().ContainSingle().Which.Should().StartWith("visitors are not told apart");
    }

    [Theory]
    [InlineData(EngineChoice.Auto, false)]
    [InlineData(EngineChoice.Portable, false)]
    [InlineData(EngineChoice.Auto, true)]
    [InlineData(EngineChoice.Portable, true)]
    public async Task A_line_of_the_PROXY_protocol_comes_at_once_and_then_the_visitors_bytes_unchanged(EngineChoice engine, bool unix)
    {
        using TestNode node = unix ? new TestNode(new UnixDomainSocketEndPoint(_folder.File("n"))) : new TestNode();
        await using TestGateway server = await PublishAsync(_overlay, node, VisitorsAs.ProxyV1, engine);
        await using TestGateway one = await TestGateway.StartAsync(_overlay);
        await using TestGateway other = await TestGateway.StartAsync(_overlay);
        List<(TestGateway From, IPEndPoint Source)> seen = [];
        foreach (TestGateway from in (TestGateway[])[one, one, other])
        {
            using Socket client = await from.DialAsync(server.Address);
            using Socket visitor = await node.AcceptAsync();
            (IPEndPoint source, IPEndPoint destination) = ProxyHeaderReader.ReadText(await ReadTextHeaderAsync(visitor));
            destination.Should().Be(new IPEndPoint(IPAddress.Loopback, 80), "it is the virtual port that the visitor asked for");
            seen.Add((from, source));
            await ExchangeAsync(client, visitor);
        }

        seen.Select(s => s.Source).Should().OnlyHaveUniqueItems("each connection has a port of its own");
        seen[0].Source.Address.Should().Be(seen[1].Source.Address).And.NotBe(seen[2].Source.Address);
        seen.Should().OnlyContain(s => s.Source.Address.GetAddressBytes()[1] == 72);
        await server.Host.UntilAsync(s => s.Services[0] is { Visitors: 0, BytesIn: 15, BytesOut: 15 });
    }

    [Theory]
    [InlineData("127.0.0.1:0", "127.0.0.1")]
    [InlineData("127.0.0.9:0", "127.0.0.9")]
    [InlineData("[::1]:0", "127.0.0.1")]
    public async Task A_header_of_version_2_names_the_host_that_was_visited_and_the_target(string target, string destination)
    {
        using var node = new TestNode(IPEndPoint.Parse(target));
        await using TestGateway server = await PublishAsync(_overlay, node, VisitorsAs.ProxyV2);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await node.AcceptAsync();

        (IPEndPoint source, IPEndPoint to, IReadOnlyDictionary<byte, byte[]> values) = ProxyHeaderReader.ReadBinary(await ReadBinaryHeaderAsync(visitor));

        source.Address.GetAddressBytes().Should().StartWith([127, 72]);
        to.Should().Be(new IPEndPoint(IPAddress.Parse(destination), 80));
        values.Should().ContainSingle().Which.Key.Should().Be(2);
        Encoding.UTF8.GetString(values[2]).Should().Be(server.Address);
        await ExchangeAsync(client, visitor);
    }

    [Fact]
    public async Task A_visitor_has_one_address_at_all_services_and_keeps_the_limits_of_each()
    {
        using var second = new TestNode();
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint, o => o with
        {
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = o.Services["node"] with { VisitorsAs = VisitorsAs.SourceAddress, PerVisitor = new VisitorLimits { Connections = 1 } },
                ["other"] = o.Services["node"] with { VisitorsAs = VisitorsAs.SourceAddress, Ports = new Dictionary<int, EndPoint> { [80] = second.EndPoint } },
            },
        });
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        string[] hosts = [.. server.Host.Status.Current.Services.OrderBy(s => s.Name).Select(s => s.Ports[0].Host)];
        using Socket client = await gateway.DialAsync(hosts[0]);
        using Socket visitor = await _node.AcceptAsync();
        using Socket tooMany = await gateway.DialAsync(hosts[0]);
        (await tooMany.ReadToEndAsync()).Should().BeEmpty();
        using Socket elsewhere = await gateway.DialAsync(hosts[1]);
        using Socket elsewhereVisitor = await second.AcceptAsync();

        ((IPEndPoint)elsewhereVisitor.RemoteEndPoint!).Address.Should().Be(((IPEndPoint)visitor.RemoteEndPoint!).Address);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_is_given_back_when_its_visitor_leaves_whether_or_not_the_target_answered(bool answers)
    {
        var target = (IPEndPoint)_node.EndPoint;
        if (!answers)
        {
            _node.Dispose();
        }

        using var hosting = new TestTransportContext();
        await using InMemoryTransport memory = _overlay.CreateTransport();
        await using var transport = new TransportHost(memory, TimeProvider.System, hosting.Log.CreateLogger("test"));
        await transport.StartAsync(() => hosting, CancellationToken.None);
        var context = new DoorContext(SocketEngine.Default, null!, TimeProvider.System, new RelayTimes(), hosting.Log);
        var options = new ServiceOptions { On = ["memory"], Ports = new Dictionary<int, EndPoint> { [80] = target }, VisitorsAs = VisitorsAs.SourceAddress };
        await using var door = new ServiceDoor("node", options, transport, memory.Identities!.Create(), new VisitorCount(10), context);
        await door.PublishAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        using (Socket client = await gateway.DialAsync(door.Report.Ports[0].Host))
        {
            if (answers)
            {
                using Socket visitor = await _node.AcceptAsync();
                await ExchangeAsync(client, visitor);
            }
        }

        await Patience.UntilAsync(() => door.Report is { Visitors: 0, VisitorsTotal: 1 });
        VisitorAddress[] others = [.. Enumerable.Range(0, LoopbackRange.Visitors.Count).Select(i => context.VisitorAddresses.Enter("memory", $"{i}"))];
        others.All(a => a.IsHeld).Should().BeTrue("all addresses are free, that of who has left too");
    }

    [Theory]
    [InlineData("linux")]
    [InlineData("portable")]
    public async Task A_machine_without_the_visitors_address_is_told_of_with_the_reason_and_what_to_do(string name)
    {
        SocketEngine engine = name == SocketEngine.Portable.Name ? SocketEngine.Portable : SocketEngine.Default;
        using var log = new LogCapture();
        var context = new DoorContext(engine, null!, TimeProvider.System, new RelayTimes(), log);
        var options = new ServiceOptions { On = ["memory"], Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint }, VisitorsAs = VisitorsAs.SourceAddress };

        // One that no machine has (RFC 5737).
        (_, string? why) = await ServiceTarget.Of("node", 80, options, new TransportCapabilities(), context).ConnectAsync(IPAddress.Parse("192.0.2.1"), "", CancellationToken.None);

        why.Should().EndWith(". Check that the loopback interface has all of 127.0.0.0/8, or write another \"visitorsAs\".");
    }

    [Fact]
    public async Task A_program_of_this_machine_that_comes_by_a_peers_door_is_announced_to_a_target_that_expects_it()
    {
        await using var world = new PeerWorld();
        TestGateway gateway = await world.StartAsync(new GatewayOptions
        {
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [world.Port] = world.Node.EndPoint }, On = ["memory"], VisitorsAs = VisitorsAs.ProxyV2 },
            },
        });
        await gateway.Host.UntilAsync(s => s.Services[0].State == ServiceState.Published);
        await gateway.Host.AddPeerAsync("self", world.Peer(gateway.Address));
        using Socket client = await world.ConnectAsync(gateway, "self");
        using Socket visitor = await world.Node.AcceptAsync();

        (IPEndPoint source, _, IReadOnlyDictionary<byte, byte[]> values) = ProxyHeaderReader.ReadBinary(await ReadBinaryHeaderAsync(visitor));

        source.Address.Should().Be(IPAddress.Loopback);
        values.Should().BeEmpty("it came by no overlay");
        await ExchangeAsync(client, visitor);
    }

    private static Task<TestGateway> PublishAsync(InMemoryOverlay overlay, TestNode node, VisitorsAs way, EngineChoice engine = EngineChoice.Auto) =>
        TestGateway.PublishAsync(overlay, node.EndPoint, o => o with
        {
            Engine = engine,
            Services = o.Services.ToDictionary(s => s.Key, s => s.Value with { VisitorsAs = way }),
        });

    private static async Task ExchangeAsync(Socket client, Socket visitor)
    {
        await client.SendAsync("hello");
        (await visitor.ReadTextAsync(5)).Should().Be("hello");
        await visitor.SendAsync("world");
        (await client.ReadTextAsync(5)).Should().Be("world");
    }

    private static async Task<byte[]> ReadTextHeaderAsync(Socket socket)
    {
        List<byte> line = [];
        while (line is not [.., (byte)'\r', (byte)'\n'])
        {
            line.AddRange(await socket.ReadAsync(1));
        }

        return [.. line];
    }

    private static async Task<byte[]> ReadBinaryHeaderAsync(Socket socket)
    {
        byte[] start = await socket.ReadAsync(16);
        return [.. start, .. await socket.ReadAsync((start[14] << 8) | start[15])];
    }

    private async Task<IPAddress> VisitAsync(TestGateway from, string host)
    {
        using Socket client = await from.DialAsync(host);
        using Socket visitor = await _node.AcceptAsync();
        await ExchangeAsync(client, visitor);
        return ((IPEndPoint)visitor.RemoteEndPoint!).Address;
    }
}
