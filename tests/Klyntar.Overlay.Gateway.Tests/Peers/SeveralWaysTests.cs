using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Peers with addresses on several overlays.</summary>
public sealed class SeveralWaysTests : IAsyncLifetime
{
    private readonly WatchedClock _clock = new();
    private PeerWorld _world = new();
    private string _near = "";
    private string _far = "";

    public async ValueTask InitializeAsync()
    {
        _near = await _world.PublishAsync(_world.Near);
        _far = await _world.PublishAsync(_world.Far);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_peer_stays_reachable_when_the_overlay_of_one_of_its_addresses_is_down()
    {
        _world.NearTransport.OnDial = (_, _) => new(new DialError(DialErrorKind.TransportNotReady, "memory"));
        TestGateway gateway = await StartAsync();

        using Socket client = await _world.ConnectAsync(gateway, "alice");
        using Socket visitor = await _world.Node.AcceptAsync();

        _world.FarTransport.Dialled.Should().ContainSingle();

        // The far side may have accepted before the dial is back here.
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Peers[0].Addresses[1].LatencyMilliseconds != null);
        PeerReport peer = gateway.Host.Status.Current.Peers[0];
        peer.Addresses[0].Should().Match<PeerAddressReport>(a => a.Failures == 1 && a.Detail!.Contains("memory"));
        peer.Addresses[1].Should().Match<PeerAddressReport>(a => a.Failures == 0 && a.LatencyMilliseconds != null);
        peer.Ports[0].FailedDials.Should().Be(0);

        using Socket second = await _world.ConnectAsync(gateway, "alice");
        using Socket other = await _world.Node.AcceptAsync();
        _world.NearTransport.Dialled.Should().ContainSingle("a way that failed lately comes last");
    }

    [Fact]
    public async Task What_an_address_says_to_its_overlay_is_no_part_of_what_it_is_known_by()
    {
        string? said = null;
        _world.NearTransport.OnQuery = (host, port, query) =>
        {
            said = query;
            return _world.NearTransport.Inner.Parse(host, port);
        };
        TestGateway gateway = await _world.StartAsync(_world.With("alice", _world.Peer($"memory://{_near}/?peers=x.mem:1")), _clock);
        said.Should().Be("peers=x.mem:1");
        gateway.Host.Status.Current.Peers[0].Addresses[0].Address.Should().Be(_near);
        using Socket client = await _world.ConnectAsync(gateway, "alice");
        using Socket visitor = await _world.Node.AcceptAsync();
    }

    [Fact]
    public async Task A_way_that_takes_long_is_raced_by_the_next_and_the_loser_is_given_up()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.NearTransport.OnDial = async (_, cancel) =>
        {
            await using CancellationTokenRegistration registration = cancel.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
            return new DialError(DialErrorKind.Cancelled, "memory");
        };
        TestGateway gateway = await StartAsync();

        using Socket client = await _world.ConnectAsync(gateway, "alice");
        await Patience.UntilAsync(() => !_world.NearTransport.Dialled.IsEmpty);
        _world.FarTransport.Dialled.Should().BeEmpty("the first has a lead");
        await _clock.PassAsync(DialRace.UsualLead);
        await Patience.UntilAsync(() => !_world.FarTransport.Dialled.IsEmpty);

        using Socket visitor = await _world.Node.AcceptAsync();
        await cancelled.Task.SoonAsync();
    }

    [Fact]
    public async Task A_loser_that_connects_after_all_is_closed()
    {
        var lost = new TaskCompletionSource();
        _world.NearTransport.OnDial = async (request, _) =>
        {
            await lost.Task;
            return await _world.NearTransport.Inner.DialAsync(request, CancellationToken.None);
        };
        TestGateway gateway = await StartAsync();
        using Socket client = await _world.ConnectAsync(gateway, "alice");
        await _clock.PassAsync(DialRace.UsualLead);
        await Patience.UntilAsync(() => !_world.FarTransport.Dialled.IsEmpty);
        using Socket won = await _world.Node.AcceptAsync();

        // That the far side has accepted does not say yet that its way was taken.
        await won.SendAsync("on");
        (await client.ReadTextAsync(2)).Should().Be("on");

        lost.SetResult();
        using Socket late = await _world.Node.AcceptAsync();

        (await late.ReadToEndAsync()).Should().BeEmpty();
        await won.SendAsync("and on");
        (await client.ReadTextAsync(6)).Should().Be("and on");
    }

    [Fact]
    public async Task Where_all_fail_the_cause_of_each_is_told()
    {
        _world.NearTransport.OnDial = (_, _) => new(new DialError(DialErrorKind.NotFound, "memory"));
        _world.FarTransport.OnDial = (_, _) => new(new DialError(DialErrorKind.Unreachable, "far"));
        TestGateway gateway = await StartAsync();

        for (int i = 0; i < PeerBreaker.FailuresToOpen; i++)
        {
            await TestSockets.BeTurnedAwayAsync(_world.DoorOf(gateway, "alice"));
        }

        PeerPortReport port = gateway.Host.Status.Current.Peers[0].Ports[0];
        port.State.Should().Be(PeerPortState.Waiting);
        port.Detail.Should().Contain("memory: ").And.Contain("; far: ");
    }

    [Fact]
    public async Task A_connection_that_may_be_one_to_nobody_waits_for_a_certain_one_and_counts_as_failed_where_nothing_comes_back()
    {
        await _world.DisposeAsync();
        _world = new PeerWorld(nearIsUnconfirmed: true);
        await InitializeAsync();
        var slow = new TaskCompletionSource();
        _world.FarTransport.OnDial = async (request, cancel) =>
        {
            await slow.Task.WaitAsync(cancel);
            return await _world.FarTransport.Inner.DialAsync(request, cancel);
        };
        TestGateway gateway = await StartAsync();

        // The certain one goes first, and is slow; the other one connects, and is believed after a while.
        using Socket client = await _world.ConnectAsync(gateway, "alice");
        await Patience.UntilAsync(() => !_world.FarTransport.Dialled.IsEmpty);
        await _clock.PassAsync(DialRace.UsualLead);
        await Patience.UntilAsync(() => !_world.NearTransport.Dialled.IsEmpty);
        using (Socket doubtful = await _world.Node.AcceptAsync())
        {
            gateway.Host.Status.Current.Peers[0].Ports[0].PendingDials.Should().Be(1);
            slow.SetResult();
            using Socket certain = await _world.Node.AcceptAsync();
            await certain.SendAsync("sure");
            (await client.ReadTextAsync(4)).Should().Be("sure");
            (await doubtful.ReadToEndAsync()).Should().BeEmpty();
        }

        // Alone it is taken, and what never answered counts against it.
        _world.FarTransport.OnDial = (_, _) => new(new DialError(DialErrorKind.Unreachable, "far"));
        using (Socket second = await _world.ConnectAsync(gateway, "alice"))
        {
            using Socket silent = await _world.Node.AcceptAsync();
            await second.SendAsync("hello?");
            await silent.ReadTextAsync(6);
        }

        await Patience.UntilAsync(() => gateway.Host.Status.Current.Peers[0].Addresses[0] is { Failures: 1 } address && address.Detail!.Contains("nothing came back"));
    }

    private Task<TestGateway> StartAsync() => _world.StartAsync(_world.With("alice", _world.Peer(_near, _far)), _clock);
}
