using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Loopback addresses that stand for peers: what a node that knows nothing of overlays connects to.</summary>
public sealed class PeerDoorTests : IAsyncDisposable
{
    private readonly PeerWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_program_that_connects_to_a_peers_loopback_address_reaches_the_peer_and_bytes_are_exact_both_ways()
    {
        string address = await _world.PublishAsync(_world.Near);
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address)));

        using Socket client = await _world.ConnectAsync(gateway, "alice");
        await client.SendAsync("GET / HTTP/1.1");
        using Socket visitor = await _world.Node.AcceptAsync();
        (await visitor.ReadTextAsync(14)).Should().Be("GET / HTTP/1.1", "what was sent while the dial was under way came along");
        await visitor.SendAsync("answer");
        (await client.ReadTextAsync(6)).Should().Be("answer");

        PeerReport peer = gateway.Host.Status.Current.Peers.Should().ContainSingle().Subject;
        peer.Loopback.Should().StartWith("127.71.");
        peer.Addresses.Should().ContainSingle().Which.Should().Match<PeerAddressReport>(a => a.Address == address && a.Overlay == "memory" && a.LatencyMilliseconds != null);
        peer.Ports.Should().ContainSingle().Which.Should().Match<PeerPortReport>(p => p.Port == _world.Port && p.State == PeerPortState.Open && p.Accepted == 1 && p.Dials == 1 && p.PendingDials == 0);
        gateway.Log.Lines.Should().NotContain(l => l.Message.Contains(address) || l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Names_of_TLS_and_of_HTTP_come_to_the_peer_as_the_client_wrote_them()
    {
        const string Name = "node.example";
        string address = await _world.PublishAsync(_world.Near);
        TestGateway gateway = await _world.StartAsync(_world.With(Name, _world.Peer(address)));
        using var key = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        IPEndPoint door = _world.DoorOf(gateway, Name);

        // As a program does that finds the name in a hosts file.
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, _) => new NetworkStream(await TestSockets.ConnectAsync(door), ownsSocket: true),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, errors) => shown!.GetCertHashString() == certificate.GetCertHashString() && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
            },
        });
        Task<string> asking = http.GetStringAsync(new Uri($"https://{Name}:{_world.Port}/"));
        string? named = null;
        using Socket visitor = await _world.Node.AcceptAsync();
        await using var tls = new SslStream(new NetworkStream(visitor));
        await tls.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            named = hello.ServerName;
            return new(new SslServerAuthenticationOptions { ServerCertificate = certificate });
        }, null).SoonAsync();
        using var lines = new StreamReader(tls);
        string? host = null;
        while (await lines.ReadLineAsync().SoonAsync() is { Length: > 0 } line)
        {
            host = line.StartsWith("Host: ", StringComparison.Ordinal) ? line : host;
        }

        await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe"u8.ToArray()).AsTask().SoonAsync();

        (await asking.SoonAsync()).Should().Be("safe");
        named.Should().Be(Name);
        host.Should().Be($"Host: {Name}:{_world.Port}");
    }

    [Fact]
    public async Task A_peers_name_works_at_the_SOCKS_door_too()
    {
        string address = await _world.PublishAsync(_world.Near);
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address)));

        using Socket client = await gateway.DialAsync("alice", _world.Port);
        using Socket visitor = await _world.Node.AcceptAsync();
        await visitor.SendAsync("there");
        (await client.ReadTextAsync(5)).Should().Be("there");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_dial()
    {
        string address = await _world.PublishAsync(_world.Near);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.NearTransport.OnDial = async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancelled.SetResult();
            return new DialError(DialErrorKind.Cancelled, "memory");
        };
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address)));

        using (await _world.ConnectAsync(gateway, "alice"))
        {
            await Patience.UntilAsync(() => !_world.NearTransport.Dialled.IsEmpty);
        }

        await cancelled.Task.SoonAsync();
        await gateway.Host.UntilAsync(s => s.Peers[0].Ports[0] is { Connections: 0, PendingDials: 0, State: PeerPortState.Open });
        gateway.Host.Status.Current.Peers[0].Addresses[0].Failures.Should().Be(0, "that the client left tells nothing of the peer");
    }

    [Fact]
    public async Task Beyond_the_limit_of_pending_dials_who_connects_is_turned_away_at_once_and_those_who_wait_are_served()
    {
        string address = await _world.PublishAsync(_world.Near);
        var released = new TaskCompletionSource();
        _world.NearTransport.OnDial = async (request, cancel) =>
        {
            await released.Task.WaitAsync(cancel);
            return await _world.NearTransport.Inner.DialAsync(request, cancel);
        };
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address) with { Limits = new PeerLimits { PendingDials = 2 } }));
        using Socket first = await _world.ConnectAsync(gateway, "alice");
        using Socket second = await _world.ConnectAsync(gateway, "alice");
        await gateway.Host.UntilAsync(s => s.Peers[0].Ports[0].PendingDials == 2);

        for (int i = 0; i < 100; i++)
        {
            await TestSockets.BeTurnedAwayAsync(_world.DoorOf(gateway, "alice"));
        }

        _world.NearTransport.Dialled.Should().HaveCount(2);
        gateway.Host.Status.Current.Peers[0].Ports[0].Should().Match<PeerPortReport>(p => p.TurnedAway == 100 && p.Accepted == 102);
        released.SetResult();
        foreach (Socket client in (Socket[])[first, second])
        {
            using Socket visitor = await _world.Node.AcceptAsync();
            await visitor.SendAsync("yes");
        }

        (await first.ReadTextAsync(3)).Should().Be("yes");
        (await second.ReadTextAsync(3)).Should().Be("yes");
        using Socket late = await _world.ConnectAsync(gateway, "alice");
        using Socket other = await _world.Node.AcceptAsync();
    }

    [Fact]
    public async Task Thousands_of_sockets_that_wait_for_a_slow_peer_hurt_nobody_else_and_are_released_at_once_when_their_clients_leave()
    {
        const int Waiting = 4_000;
        string address = await _world.PublishAsync(_world.Near);
        string other = await _world.PublishAsync(_world.Far);
        _world.NearTransport.OnDial = async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new DialError(DialErrorKind.Cancelled, "memory");
        };
        TestGateway gateway = await _world.StartAsync(new GatewayOptions
        {
            Limits = new GatewayLimits { PendingDials = 2 * Waiting },
            Peers = new Dictionary<string, PeerOptions>
            {
                ["slow"] = _world.Peer(address) with { Limits = new PeerLimits { PendingDials = Waiting, Connections = Waiting } },
                ["well"] = _world.Peer(other),
            },
        });
        List<Socket> clients = [];
        for (int i = 0; i < Waiting; i++)
        {
            clients.Add(await _world.ConnectAsync(gateway, "slow"));
        }

        await gateway.Host.UntilAsync(s => s.Peers[0].Ports[0] is { PendingDials: Waiting, TurnedAway: 0 });
        using (Socket client = await _world.ConnectAsync(gateway, "well"))
        {
            using Socket visitor = await _world.Node.AcceptAsync();
            await visitor.SendAsync("well");
            (await client.ReadTextAsync(4)).Should().Be("well");
        }

        clients.ForEach(c => c.Dispose());
        await gateway.Host.UntilAsync(s => s.Peers[0].Ports[0] is { PendingDials: 0, Connections: 0 });
    }

    [Fact]
    public async Task Dials_that_fail_one_after_the_other_make_clients_wait_for_one_trial_at_a_time_until_the_peer_is_back()
    {
        string address = await _world.PublishAsync(_world.Near);
        var clock = new FakeTimeProvider();
        bool isAway = true;
        _world.NearTransport.OnDial = (request, cancel) => isAway ? new(new DialError(DialErrorKind.Unreachable, "memory")) : _world.NearTransport.Inner.DialAsync(request, cancel);
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address)), clock);
        IPEndPoint door = _world.DoorOf(gateway, "alice");
        for (int i = 0; i < PeerBreaker.FailuresToOpen; i++)
        {
            await TestSockets.BeTurnedAwayAsync(door);
        }

        List<Socket> waiting = [];
        for (int i = 0; i < 5; i++)
        {
            waiting.Add(await TestSockets.ConnectAsync(door));
        }

        await Patience.UntilAsync(() => gateway.Host.Status.Current.Peers[0].Ports[0] is { PendingDials: 5, State: PeerPortState.Waiting });
        gateway.Host.Status.Current.Peers[0].Ports[0].Detail.Should().Contain("could not be reached");
        _world.NearTransport.Dialled.Should().HaveCount(PeerBreaker.FailuresToOpen, "who waits is not dialled for");

        // The first pause lasts 1.5 s at most, and the second 3 s.
        clock.Advance(1.5 * PeerBreaker.FirstPause);
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Peers[0].Ports[0] is { FailedDials: PeerBreaker.FailuresToOpen + 1, PendingDials: 4 });
        _world.NearTransport.Dialled.Should().HaveCount(PeerBreaker.FailuresToOpen + 1);
        isAway = false;
        clock.Advance(3 * PeerBreaker.FirstPause);
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Peers[0].Ports[0] is { PendingDials: 0, State: PeerPortState.Open });

        // One of the five was the trial that failed; the others are connected.
        for (int i = 0; i < 4; i++)
        {
            using Socket visitor = await _world.Node.AcceptAsync();
        }

        waiting.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task A_peer_that_is_a_service_of_this_gateway_is_reached_without_an_overlay()
    {
        using var node = new TestNode();
        var options = new GatewayOptions
        {
            Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [_world.Port] = node.EndPoint }, On = ["memory"] } },
        };
        TestGateway gateway = await _world.StartAsync(options);
        GatewayStatus ready = await gateway.Host.UntilAsync(s => s.IsReady);
        string own = ready.Services[0].Ports[0].Host;
        await gateway.Host.AddPeerAsync("self", _world.Peer(own));
        int dialled = _world.NearTransport.Dialled.Count;

        using Socket client = await _world.ConnectAsync(gateway, "self");
        using Socket visitor = await node.AcceptAsync();
        await visitor.SendAsync("me");
        (await client.ReadTextAsync(2)).Should().Be("me");

        _world.NearTransport.Dialled.Should().HaveCount(dialled);
        gateway.Host.Status.Current.Peers.Single().IsOwn.Should().BeTrue();
        ready.Services[0].VisitorsTotal.Should().Be(0);

        // At the SOCKS door it is a name like any other, since there a service's own rules hold.
        using Socket visiting = await gateway.DialAsync("self", _world.Port);
        _world.NearTransport.Dialled.Should().HaveCount(dialled + 1);
    }

    [Fact]
    public async Task A_peer_that_is_dialled_as_a_service_sees_that_service_and_one_that_is_not_sees_a_stranger()
    {
        string address = await _world.PublishAsync(_world.Far);
        using var node = new TestNode();
        PeerOptions asNode = _world.Peer(address) with { DialAs = "node" };
        var options = new GatewayOptions
        {
            Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [_world.Port] = node.EndPoint }, On = ["far"] } },
            Peers = new Dictionary<string, PeerOptions> { ["alice"] = asNode, ["bob"] = _world.Peer(address) },
        };
        TestGateway gateway = await _world.StartAsync(options);
        await gateway.Host.UntilAsync(s => s.IsReady);

        foreach (string peer in (string[])["alice", "bob"])
        {
            using Socket client = await _world.ConnectAsync(gateway, peer);
            using Socket visitor = await _world.Node.AcceptAsync();
        }

        _world.FarTransport.Dialled.Select(d => d.DialAs).Should().Equal("node", null);
        gateway.Host.Status.Current.Peers.Select(p => p.DialAs).Should().Equal("node", null);

        Func<Task> adding = () => gateway.Host.AddPeerAsync("carol", asNode with { DialAs = "gone" });
        await adding.Should().NotThrowAsync("the service may come later");
        await TestSockets.BeTurnedAwayAsync(_world.DoorOf(gateway, "carol"));
        gateway.Host.Status.Current.Peers.Single(p => p.Name == "carol").Addresses[0].Detail.Should().Contain("does not publish the service gone");
        string nameless = await _world.PublishAsync(_world.Near);
        adding = () => gateway.Host.AddPeerAsync("dave", _world.Peer(nameless) with { DialAs = "node" });
        (await adding.Should().ThrowAsync<OverlayException>()).WithMessage("The peer dave cannot be dialled as node, since none of its addresses is on an overlay that tells who dials.*");
    }

    [Fact]
    public async Task Ports_share_circuits_unless_they_are_isolated()
    {
        string address = await _world.PublishAsync(_world.Near);
        int other = _world.Port + 1;
        TestGateway gateway = await _world.StartAsync(new GatewayOptions
        {
            Peers = new Dictionary<string, PeerOptions>
            {
                ["shared"] = _world.Peer(address) with { Ports = [_world.Port, other] },
                ["apart"] = _world.Peer(address) with { Ports = [_world.Port, other], IsolatePorts = true },
            },
        });
        _world.NearTransport.OnDial = (_, _) => new(new DialError(DialErrorKind.PortClosed, "memory"));
        foreach (PeerReport peer in gateway.Host.Status.Current.Peers)
        {
            await TestSockets.BeTurnedAwayAsync(_world.DoorOf(gateway, peer.Name));
            await TestSockets.BeTurnedAwayAsync(new IPEndPoint(IPAddress.Parse(peer.Loopback), other));
        }

        IsolationKey[] keys = [.. _world.NearTransport.Dialled.Select(d => d.Isolation)];
        keys.Should().HaveCount(4);
        keys.Distinct().Should().HaveCount(3);
        keys.Should().NotContain(IsolationKey.Shared);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_users_who_are_named_may_connect(bool isNamed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone tells who is at the other end of a TCP connection.");
        string address = await _world.PublishAsync(_world.Near);
        uint me = Connections.CurrentUser.Id!.Value;
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address) with { AllowedUids = [isNamed ? me : me + 1] }));

        if (isNamed)
        {
            using Socket client = await _world.ConnectAsync(gateway, "alice");
            using Socket visitor = await _world.Node.AcceptAsync();
            return;
        }

        await TestSockets.BeTurnedAwayAsync(_world.DoorOf(gateway, "alice"));
        gateway.Log.Lines.Should().ContainSingle(l => l.Level == LogLevel.Warning).Which.Message.Should().Contain($"The user {me} may not connect to the peer alice");
        _world.NearTransport.Dialled.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_on_every_address_blocks_a_door_is_named_with_the_cure_and_the_door_opens_when_it_has_gone(bool isDual)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there a program on every address is in the way, and told who it is.");
        string address = await _world.PublishAsync(_world.Near);
        var clock = new FakeTimeProvider();
        TestGateway gateway;
        using (Socket node = isDual ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            node.Bind(new IPEndPoint(isDual ? IPAddress.IPv6Any : IPAddress.Any, _world.Port));
            node.Listen();
            gateway = await _world.StartAsync(_world.With("alice", _world.Peer(address)), clock);
            PeerPortReport port = gateway.Host.Status.Current.Peers[0].Ports[0];
            port.State.Should().Be(PeerPortState.Blocked);
            port.Detail.Should().Contain($"(process {Environment.ProcessId}) listens on port {_world.Port} of every address of this machine").And.Contain("Have it listen on 127.0.0.1 only");
            gateway.Log.Lines.Should().ContainSingle(l => l.Level == LogLevel.Warning);
        }

        await Patience.UntilAsync(() =>
        {
            clock.Advance(PeerBook.RetryTime);
            return gateway.Host.Status.Current.Peers[0].Ports[0].State == PeerPortState.Open;
        });
        using Socket client = await _world.ConnectAsync(gateway, "alice");
        using Socket visitor = await _world.Node.AcceptAsync();
    }
}
