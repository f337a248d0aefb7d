using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Gateways that publish and dial over real routers of both overlays.</summary>
public abstract class GatewayOverI2PTests(PrivateTor tor, TwoOverlays overlays)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_service_is_reached_over_both_overlays_and_on_both_its_ports_at_once()
    {
        using HttpClient wallet = overlays.Client.CreateHttpClient();

        string[] pages = await Task.WhenAll(
            from overlay in new[] { "tor", "i2p" }
            from port in overlays.Nodes.Keys
            select wallet.GetStringAsync(new Uri($"http://{overlays.Server.Host(TwoOverlays.Service, overlay, port)}:{port}/"), Cancelled));

        pages.Select(page => overlays.Nodes.Single(n => n.Value.IsMine(page)).Key).Should().Equal(7332, 9999, 7332, 9999);
        string[] hosts = [.. overlays.Server.Status.Current.Services.SelectMany(s => s.Ports).Select(p => p.Host)];
        hosts.Count(h => h.EndsWith(".onion", StringComparison.Ordinal)).Should().Be(2);
        hosts.Where(h => h.EndsWith(".b32.i2p", StringComparison.Ordinal)).Should().HaveCount(2).And.OnlyHaveUniqueItems("on I2P each port has an address of its own");
        overlays.Server.Log.Lines.Should().NotContain(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task An_I2P_peer_is_published_as_an_onion_service_and_a_bare_tor_client_reaches_it()
    {
        using var echo = new Target();
        await using TestGateway peer = await overlays.StartAsync(withTor: false, Leading("echo", "i2p", echo.EndPoint), Cancelled);
        string destination = peer.Host("echo", "i2p", TwoOverlays.Port);
        await using TestGateway mirror = await overlays.StartAsync(withTor: true, Leading("mirror", "tor", new DnsEndPoint(destination, TwoOverlays.Port)), Cancelled);

        using Socket visitor = await tor.Client.DialUntilReachedAsync(mirror.Onion("mirror"), TwoOverlays.Port, Cancelled);
        using Socket node = await echo.AcceptAsync(Cancelled);
        byte[] sent = RandomNumberGenerator.GetBytes(200_000);
        Task echoing = EchoAsync(node, sent.Length);
        await visitor.SendAllAsync(sent, Cancelled);
        (await visitor.ReceiveExactlyAsync(sent.Length, Cancelled)).Should().Equal(sent);
        await echoing;
        node.Dispose();

        (await visitor.ReceiveToEndAsync(Cancelled)).Should().BeEmpty("the end of the answer comes through both overlays");
        GatewayStatus status = await mirror.WaitForAsync(s => s.Services[0] is { Visitors: 0, VisitorsTotal: > 0 } service && service.BytesOut == sent.Length, Cancelled);
        status.Services[0].Ports.Should().ContainSingle().Which.Target.Should().Be($"{destination}:{TwoOverlays.Port}");
        foreach (TestGateway gateway in new[] { peer, mirror })
        {
            gateway.Log.Lines.Should().NotContain(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning || l.Message.Contains(destination));
        }

        static Dictionary<string, ServiceOptions> Leading(string service, string on, EndPoint target) =>
            new() { [service] = new() { On = [on], Ports = new Dictionary<int, EndPoint> { [TwoOverlays.Port] = target } } };

        static async Task EchoAsync(Socket socket, int count) => await socket.SendAllAsync(await socket.ReceiveExactlyAsync(count, Cancelled), Cancelled);
    }

    [Fact]
    public async Task A_peer_with_addresses_on_both_overlays_is_reached_at_its_loopback_address_also_while_tor_hangs()
    {
        await using TestGateway client = await overlays.StartAsync(withTor: true, [], Cancelled);
        var peer = new PeerOptions
        {
            Addresses = [overlays.Server.Host(TwoOverlays.Service, "tor", TwoOverlays.Port), .. overlays.Nodes.Keys.Select(p => $"{overlays.Server.Host(TwoOverlays.Service, "i2p", p)}:{p}")],
            Ports = [.. overlays.Nodes.Keys],
        };
        PeerReport added = await new GatewayClient(client.DataFolder).AddPeerAsync("node", peer, Cancelled);
        added.Ports.Should().OnlyContain(p => p.State == PeerPortState.Open);

        foreach ((int port, DemoNode node) in overlays.Nodes)
        {
            await ReachAsync(added.Loopback, port, node);
        }

        GatewayStatus reached = client.Status.Current;
        reached.Peers[0].Addresses[0].Should().Match<PeerAddressReport>(a => a.Overlay == "tor" && a.LatencyMilliseconds != null);
        reached.Peers[0].Ports.Should().OnlyContain(p => p.Dials == 1 && p.FailedDials == 0);

        int hung = TorProcess.Of(client.TransportFolder).Should().ContainSingle().Subject;
        Signals.Suspend(hung);
        try
        {
            foreach ((int port, DemoNode node) in overlays.Nodes)
            {
                await ReachAsync(added.Loopback, port, node);
            }
        }
        finally
        {
            Signals.Resume(hung);
        }

        client.Status.Current.Peers[0].Addresses.Skip(1).Should().OnlyContain(a => a.Overlay == "i2p" && a.LatencyMilliseconds != null);

        // As a node does that knows nothing of overlays.
        static async Task ReachAsync(string loopback, int port, DemoNode node)
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            node.IsMine(await http.GetStringAsync(new Uri($"http://{loopback}:{port}/"), Cancelled)).Should().BeTrue();
        }
    }

    [Fact]
    public async Task Visitors_of_one_destination_come_from_one_address_of_loopback_and_another_ones_from_another()
    {
        using var target = new Target();
        var service = new ServiceOptions { On = ["i2p"], Ports = new Dictionary<int, EndPoint> { [TwoOverlays.Port] = target.EndPoint }, VisitorsAs = VisitorsAs.SourceAddress };
        await using TestGateway server = await overlays.StartAsync(withTor: false, new Dictionary<string, ServiceOptions> { ["node"] = service }, Cancelled);
        string host = server.Host("node", "i2p", TwoOverlays.Port);
        List<IPAddress> from = [];
        foreach (string user in (string[])["one", "one", "other"])
        {
            using Socket dialled = await overlays.Client.DialUntilReachedAsync(host, TwoOverlays.Port, user, Cancelled);
            await dialled.SendAllAsync("hello"u8.ToArray(), Cancelled);
            using Socket accepted = await target.AcceptAsync(Cancelled);
            (await accepted.ReceiveExactlyAsync(5, Cancelled)).Should().Equal("hello"u8.ToArray());
            from.Add(((IPEndPoint)accepted.RemoteEndPoint!).Address);
        }

        from.Should().OnlyContain(a => a.GetAddressBytes()[0] == 127 && a.GetAddressBytes()[1] == 72);
        from[1].Should().Be(from[0]);
        from[2].Should().NotBe(from[0]);
    }

    [Fact]
    public async Task A_peer_that_is_dialled_as_a_service_sees_that_services_destination_whichever_program_it_was()
    {
        using var target = new Target();
        await using PlainSamClient peer = await overlays.Network.StartClientAsync(cancellationToken: Cancelled);
        var service = new ServiceOptions { On = ["i2p"], Ports = new Dictionary<int, EndPoint> { [TwoOverlays.Port] = target.EndPoint } };
        await using TestGateway node = await overlays.StartAsync(withTor: false, new Dictionary<string, ServiceOptions> { ["node"] = service }, Cancelled);
        var peers = new GatewayClient(node.DataFolder);
        PeerReport added = await peers.AddPeerAsync("alice", new PeerOptions { Addresses = [HostOf(peer.Destination)], Ports = [TwoOverlays.Port], DialAs = "node" }, Cancelled);
        for (int i = 0; i < 2; i++)
        {
            Task<(Socket Socket, string Visitor)> accepting = peer.AcceptAsync(Cancelled);
            using Socket program = await DialUntilMetAsync(DialDoorAsync, accepting);
            (Socket accepted, string visitor) = await accepting;
            using (accepted)
            {
                HostOf(visitor).Should().Be(node.Host("node", "i2p", TwoOverlays.Port));
                await accepted.SendAllAsync("hello"u8.ToArray(), Cancelled);
                (await program.ReceiveExactlyAsync(5, Cancelled)).Should().Equal("hello"u8.ToArray());
            }
        }

        async Task<Socket> DialDoorAsync()
        {
            var program = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await program.ConnectAsync(new IPEndPoint(IPAddress.Parse(added.Loopback), TwoOverlays.Port), Cancelled);
            return program;
        }
    }

    [Fact]
    public async Task After_new_circuits_dials_come_from_other_destinations_and_open_connections_go_on()
    {
        await using PlainSamClient peer = await overlays.Network.StartClientAsync(cancellationToken: Cancelled);
        var client = new GatewayClient(overlays.Client.DataFolder);
        List<(Socket Dialled, Socket Accepted)> open = [];
        HashSet<string> visitors = [];
        try
        {
            for (int i = 0; i < 2; i++)
            {
                for (int j = 0; j < 2; j++)
                {
                    Task<(Socket Socket, string Visitor)> accepting = peer.AcceptAsync(Cancelled);
                    Socket dialled = await DialUntilMetAsync(() => overlays.Client.DialUntilReachedAsync(HostOf(peer.Destination), TwoOverlays.Port, "user", Cancelled), accepting);
                    (Socket accepted, string visitor) = await accepting;
                    open.Add((dialled, accepted));
                    visitors.Add(visitor);
                    visitors.Should().HaveCount(i + 1, "dials share a destination until a new one is asked for");
                }

                (await client.NewCircuitsAsync("i2p", Cancelled)).Should().Equal(new NewCircuitsReport("i2p", NewCircuitsOutcome.Done, null));
            }

            foreach ((Socket dialled, Socket accepted) in open)
            {
                await dialled.SendAllAsync("ping"u8.ToArray(), Cancelled);
                (await accepted.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("ping"u8.ToArray());
                await accepted.SendAllAsync("pong"u8.ToArray(), Cancelled);
                (await dialled.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("pong"u8.ToArray());
            }
        }
        finally
        {
            foreach ((Socket dialled, Socket accepted) in open)
            {
                dialled.Dispose();
                accepted.Dispose();
            }
        }
    }

    [Fact]
    public async Task A_bare_I2P_client_reaches_what_a_gateway_publishes_and_the_gateway_what_it_publishes()
    {
        await using PlainSamClient peer = await overlays.Network.StartClientAsync(cancellationToken: Cancelled);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task echoing = peer.EchoAsync(done.Token);

        using (Socket dialled = await overlays.Client.DialUntilReachedAsync(HostOf(peer.Destination), 1, null, Cancelled))
        {
            await dialled.SendAllAsync("ping"u8.ToArray(), Cancelled);
            (await dialled.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("ping"u8.ToArray());
        }

        foreach ((int port, DemoNode node) in overlays.Nodes)
        {
            (Socket? visiting, string said) = await peer.TryDialAsync(overlays.Server.Host(TwoOverlays.Service, "i2p", port), Cancelled);
            visiting.Should().NotBeNull(said);
            using (visiting)
            {
                await visiting!.SendAllAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Cancelled);
                node.IsMine(System.Text.Encoding.UTF8.GetString(await visiting!.ReceiveToEndAsync(Cancelled))).Should().BeTrue();
            }
        }

        await done.CancelAsync();
        await echoing;
    }

    // Dials again where the connection is ended before anybody has taken it: i2pd tells of a stream before the other side has it, and a destination that is new is
    // not known everywhere at once.
    private static async Task<Socket> DialUntilMetAsync(Func<Task<Socket>> dial, Task met)
    {
        while (true)
        {
            Socket dialled = await dial();
            Task<int> ended = dialled.ReceiveAsync(new byte[1], SocketFlags.Peek, Cancelled).AsTask();
            if (await Task.WhenAny(met, ended) == met)
            {
                return dialled;
            }

            dialled.Dispose();
        }
    }

    private static string HostOf(string destination) =>
        I2PDestination.TryRead(I2PBase64.TryDecode(destination), out I2PDestination? read, out string? why) ? read.Host : throw new FormatException(why);
}
