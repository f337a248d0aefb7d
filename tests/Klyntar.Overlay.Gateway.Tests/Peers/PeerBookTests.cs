using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Peers that come and go while a gateway runs, and what is kept of them.</summary>
public sealed class PeerBookTests : IAsyncLifetime
{
    private readonly PeerWorld _world = new();
    private string _address = "";

    public async ValueTask InitializeAsync() => _address = await _world.PublishAsync(_world.Near);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_peer_that_is_added_is_reached_is_kept_with_its_loopback_address_and_can_be_removed()
    {
        string loopback;
        await using (TestGateway gateway = await _world.StartAsync(new GatewayOptions()))
        {
            var client = new GatewayClient(gateway.Host.DataFolder);
            PeerReport added = await client.AddPeerAsync("bob", _world.Peer(_address));
            loopback = added.Loopback;
            added.Origin.Should().Be(PeerOrigin.Added);
            using Socket socket = await _world.ConnectAsync(gateway, "bob");
            using Socket visitor = await _world.Node.AcceptAsync();
        }

        _world.Renew();
        await using (TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(_address))))
        {
            gateway.Host.Status.Current.Peers.Select(p => p.Name).Should().Equal("alice", "bob");
            gateway.Host.Status.Current.Peers[1].Loopback.Should().Be(loopback).And.NotBe(gateway.Host.Status.Current.Peers[0].Loopback);
            var client = new GatewayClient(gateway.Host.DataFolder);
            await client.RemovePeerAsync("bob");
            gateway.Host.Status.Current.Peers.Should().ContainSingle();
            (await client.AddPeerAsync("carol", _world.Peer(_address))).Loopback.Should().NotBe(loopback, "it stays bob's");
            (await client.AddPeerAsync("bob", _world.Peer(_address))).Loopback.Should().Be(loopback);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_world.Folder.File("peers.json")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_peer_is_told_and_changes_nothing()
    {
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(_address)));
        var client = new GatewayClient(gateway.Host.DataFolder);
        PeerOptions good = _world.Peer(_address);

        await RefusedAsync("Bad Name", good, "*\"Bad Name\" cannot name a peer.*");
        await RefusedAsync("bob", good with { Addresses = [] }, "*The peer has no address.*");
        await RefusedAsync("bob", good with { Addresses = ["127.0.0.1"] }, "*That is an address of no overlay.*");
        await RefusedAsync("bob", good with { Addresses = ["example.com"] }, "The peer bob cannot be dialled at its port *it is no name of an enabled overlay*");
        await RefusedAsync("bob", good with { Ports = [] }, "*The peer has no port.*");
        await RefusedAsync("bob", good with { Ports = [0] }, "*0 is no port.*");
        await RefusedAsync("bob", good with { Addresses = [$"{_address}:1"], Ports = [2] }, "*No address of the peer counts for port 2.*");
        await RefusedAsync("bob", good with { Loopback = "127.0.0.1" }, "*\"127.0.0.1\" is no loopback address for a peer. Write one from 127.71.0.1 to 127.71.127.254*");
        await RefusedAsync("bob", good with { Warm = TimeSpan.FromSeconds(1) }, "*\"1s\" would keep the overlay busy*");
        await RefusedAsync("alice", good, "The peer alice is in the configuration.*");
        Func<Task> removing = () => client.RemovePeerAsync("alice");
        (await removing.Should().ThrowAsync<OverlayException>()).WithMessage("The peer alice is in the configuration. Remove it there.");
        removing = () => client.RemovePeerAsync("nobody");
        (await removing.Should().ThrowAsync<OverlayException>()).WithMessage("There is no peer nobody.*");
        gateway.Host.Status.Current.Peers.Should().ContainSingle();
        PeerReport next = await client.AddPeerAsync("bob", good);
        string[] records = [.. (await File.ReadAllLinesAsync(_world.Folder.File("peers.json"))).Where(l => l.Contains("127.71."))];
        records.Should().HaveCount(2, "who was refused took no address").And.ContainSingle(l => l.Contains(next.Loopback));

        async Task RefusedAsync(string name, PeerOptions peer, string why)
        {
            Func<Task> adding = () => client.AddPeerAsync(name, peer);
            (await adding.Should().ThrowAsync<OverlayException>()).WithMessage(why);
        }
    }

    [Fact]
    public async Task A_name_that_no_peer_has_gets_a_loopback_address_when_it_is_looked_up_and_keeps_it()
    {
        TestGateway gateway = await _world.StartAsync(new GatewayOptions { OnDemandPeers = new OnDemandPeers { Ports = [_world.Port] } });
        var client = new GatewayClient(gateway.Host.DataFolder);

        PeerReport peer = await client.LookUpPeerAsync(_address.ToUpperInvariant() + ".");
        peer.Origin.Should().Be(PeerOrigin.OnDemand);
        IPAddress.Parse(peer.Loopback).GetAddressBytes()[2].Should().BeGreaterThanOrEqualTo(128);
        (await client.LookUpPeerAsync(_address)).Loopback.Should().Be(peer.Loopback);
        using Socket socket = await TestSockets.ConnectAsync(new IPEndPoint(IPAddress.Parse(peer.Loopback), _world.Port));
        using Socket visitor = await _world.Node.AcceptAsync();

        gateway.Log.Lines.Should().NotContain(l => l.Message.Contains(_address));
        Func<Task> removing = () => client.RemovePeerAsync(peer.Name);
        (await removing.Should().ThrowAsync<OverlayException>()).WithMessage("*came on demand*");
    }

    [Fact]
    public async Task A_peer_on_demand_whose_port_was_taken_is_listened_for_when_it_is_looked_up_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there a program on every address is in the way.");
        TestGateway gateway = await _world.StartAsync(new GatewayOptions { OnDemandPeers = new OnDemandPeers { Ports = [_world.Port] } });
        var client = new GatewayClient(gateway.Host.DataFolder);
        string loopback;
        using (new TestNode(new IPEndPoint(IPAddress.Any, _world.Port)))
        {
            PeerReport blocked = await client.LookUpPeerAsync(_address);
            blocked.Ports.Should().ContainSingle().Which.State.Should().Be(PeerPortState.Blocked);
            loopback = blocked.Loopback;
        }

        PeerReport[] found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.LookUpPeerAsync(_address)));

        found.Should().OnlyContain(p => p.Loopback == loopback && p.Ports[0].State == PeerPortState.Open && p.Ports[0].Detail == null);
        using Socket socket = await TestSockets.ConnectAsync(new IPEndPoint(IPAddress.Parse(loopback), _world.Port));
        using Socket visitor = await _world.Node.AcceptAsync();
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("wrong.mem")]
    [InlineData("a b")]
    [InlineData("abc.mem:80")]
    public async Task A_name_that_is_no_overlays_is_not_found(string name)
    {
        TestGateway gateway = await _world.StartAsync(new GatewayOptions());
        Func<Task> looking = () => new GatewayClient(gateway.Host.DataFolder).LookUpPeerAsync(name);

        (await looking.Should().ThrowAsync<OverlayException>()).WithMessage("No peer has this name: *");
        gateway.Host.Status.Current.Peers.Should().BeEmpty();
    }

    [Fact]
    public async Task A_peers_address_and_its_name_are_looked_up_alike()
    {
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer(_address)));
        var client = new GatewayClient(gateway.Host.DataFolder);

        string loopback = gateway.Host.Status.Current.Peers[0].Loopback;
        (await client.LookUpPeerAsync(_address)).Should().Match<PeerReport>(p => p.Name == "alice" && p.Loopback == loopback);
        (await client.LookUpPeerAsync("alice")).Loopback.Should().Be(loopback);
    }

    [Fact]
    public async Task Peers_on_demand_come_to_be_up_to_a_number_and_a_rate()
    {
        var clock = new FakeTimeProvider();
        var demand = new OnDemandPeers { Ports = [_world.Port], Limit = 3, PerMinute = 2 };
        TestGateway gateway = await _world.StartAsync(new GatewayOptions { OnDemandPeers = demand }, clock);
        var client = new GatewayClient(gateway.Host.DataFolder);
        string[] names = [.. Enumerable.Range(0, 4).Select(_ => _world.NearTransport.Identities!.Create().Address)];

        await client.LookUpPeerAsync(names[0]);
        await client.LookUpPeerAsync(names[1]);
        await TooManyAsync(names[2]);
        clock.Advance(TimeSpan.FromSeconds(61));
        await client.LookUpPeerAsync(names[2]);
        clock.Advance(TimeSpan.FromSeconds(61));
        await TooManyAsync(names[3]);
        gateway.Host.Status.Current.Peers.Select(p => p.Loopback).Distinct().Should().HaveCount(3);

        async Task TooManyAsync(string name)
        {
            Func<Task> looking = () => client.LookUpPeerAsync(name);
            (await looking.Should().ThrowAsync<OverlayException>()).WithMessage("Too many peers came on demand.*");
        }
    }

    [Fact]
    public async Task A_test_tells_of_each_address_and_pruning_removes_the_dead_that_were_added()
    {
        string dead = _world.FarTransport.Identities!.Create().Address;
        TestGateway gateway = await _world.StartAsync(_world.With("configured", _world.Peer(dead)));
        await gateway.Host.UntilAsync(s => s.IsReady);
        var client = new GatewayClient(gateway.Host.DataFolder);
        await client.AddPeerAsync("alive", _world.Peer(_address, dead));
        await client.AddPeerAsync("dead", _world.Peer(dead));

        ImmutableArray<PeerTestReport> tested = await client.TestPeersAsync("alive");
        tested.Should().HaveCount(2);
        tested.Single(t => t.Host == dead).Should().Match<PeerTestReport>(r => r.Overlay == "far" && r.Error != null && r.Milliseconds == null);
        tested.Single(t => t.Host == _address).Should().Match<PeerTestReport>(r => r.Overlay == "memory" && r.Error == null && r.Milliseconds != null);
        (await client.TestPeersAsync()).Select(t => t.Peer).Distinct().Should().Equal("alive", "configured", "dead");
        (await client.PrunePeersAsync()).Should().Equal("dead");
        gateway.Host.Status.Current.Peers.Select(p => p.Name).Should().Equal("alive", "configured");
        Func<Task> testing = () => client.TestPeersAsync("dead");
        (await testing.Should().ThrowAsync<OverlayException>()).WithMessage("There is no peer dead.*");
    }

    [Fact]
    public async Task A_warm_peer_is_dialled_again_and_again_and_another_one_only_for_clients()
    {
        var clock = new FakeTimeProvider();
        TestGateway gateway = await _world.StartAsync(
            new GatewayOptions
            {
                Peers = new Dictionary<string, PeerOptions>
                {
                    ["warm"] = _world.Peer(_address) with { Warm = TimeSpan.FromMinutes(2) },
                    ["cold"] = _world.Peer(_address),
                },
            },
            clock);

        for (int dials = 1; dials <= 3; dials++)
        {
            using Socket visitor = await _world.Node.AcceptAsync();
            (await visitor.ReadToEndAsync()).Should().BeEmpty("nothing is asked of a peer that is kept warm");
            _world.NearTransport.Dialled.Should().HaveCount(dials);
            await Patience.UntilAsync(() =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(500));
                return _world.NearTransport.Dialled.Count > dials;
            });
        }

        gateway.Host.Status.Current.Peers[1].WarmSeconds.Should().Be(120);
        gateway.Host.Status.Current.Peers.Should().OnlyContain(p => p.Ports[0].Dials == 0);
    }

    [Fact]
    public async Task A_damaged_file_of_peers_stops_the_start_with_what_to_do()
    {
        await File.WriteAllTextAsync(_world.Folder.File("peers.json"), "{ \"added\": 7 }");
        Func<Task> starting = () => _world.StartAsync(new GatewayOptions());

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage("The file of peers * is damaged: *Mend it, or move it away*");
    }
}
