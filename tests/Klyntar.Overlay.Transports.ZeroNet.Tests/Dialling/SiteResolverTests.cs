using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Who is asked for a site that a link names peers for, on a network in memory.</summary>
public sealed class SiteResolverTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_392_288);

    private readonly TestFolder _folder = new();
    private readonly WatchedClock _clock = new();
    private readonly FakeLeg _leg = new();
    private readonly TestSite _site = TestSite.WithEndPoints();
    private readonly PeerLocation _seed = Public(1);
    private readonly SiteShelf _shelf;
    private readonly LanPeers _lan;
    private readonly SitePeers _peers;
    private readonly SitePeers _theirPeers;
    private readonly SiteResolver _resolver;

    public SiteResolverTests()
    {
        _clock.SetUtcNow(Now);
        _shelf = new SiteShelf(_folder.Of("sites"), _clock, NullLogger.Instance);
        _peers = new SitePeers(_folder.Of("peers"), allowPrivate: false, _clock, new Random(1), NullLogger.Instance);
        _theirPeers = new SitePeers(_folder.Of("their-peers"), allowPrivate: true, _clock, new Random(1), NullLogger.Instance);
        _lan = new LanPeers(_clock);
        var opener = new PeerOpener([_leg], _ => Peers.Options(_clock), new AnsweringPeer().For);
        var trackers = new TrackerRounds([], [_leg], opener, _peers, null, "-UT3530-klyntartest1", _clock, NullLogger.Instance);
        _resolver = new SiteResolver(_shelf, _peers, opener, trackers, [], _clock, _lan);
    }

    public ValueTask InitializeAsync()
    {
        var theirs = new SiteShelf(_folder.Of("their-sites"), _clock, NullLogger.Instance);
        theirs.Keep(_site.Address, SiteKind.Followed).Should().BeNull();
        _site.Bring(theirs, Now.ToUnixTimeSeconds() - 60);
        RequestServices services = new()
        {
            Shelf = theirs,
            Peers = _theirPeers,
            ReachesAsync = static (_, _, _) => ValueTask.FromResult(false),
            HasNewer = static (_, _) => { },
        };
        _leg.Put(_seed, asker => new SiteRequests(asker, services));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _resolver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_site_that_nobody_knows_is_found_by_a_peer_that_its_link_names_which_is_kept_then()
    {
        (await FindAsync()).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        (await FindAsync(Public(2), _seed)).Record!.Record.EndPoints.Should().Equal(TestSite.Record(443).EndPoints);
        _peers.Candidates(_site.Address, 16, static _ => true).Should().Equal(_seed);
    }

    [Fact]
    public async Task Who_names_no_peers_asks_none_that_others_name()
    {
        _leg.Silence(_seed);
        Task<SiteResolution> naming = _resolver.ResolveAsync(_site.Address, mustBeNew: false, Request(_seed), TestContext.Current.CancellationToken);
        await UntilAsync(() => !_leg.Dialled.IsEmpty);
        (await FindAsync()).Error!.Detail.Should().Contain("no peer of it is known");
        _leg.Dialled.Should().Equal(_seed);
        naming.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_link_leads_to_no_private_address_and_no_network_that_no_leg_reaches()
    {
        PeerLocation[] outside =
        [
            PeerLocation.Of(System.Net.IPAddress.Loopback, 22), PeerLocation.Of(System.Net.IPAddress.Parse("192.168.0.1"), 80), PeerLocation.Of(System.Net.IPAddress.Parse("169.254.169.254"), 80),
            new(PeerLocationKind.Onion, OnionName.Of(new byte[32]) + OnionName.Suffix, 80), new(PeerLocationKind.I2P, "abc.i2p", 80),
        ];
        (await FindAsync(outside)).Error!.Detail.Should().Be("none of the peers that its link names is where this gateway may ask, and nothing else names one");
        _leg.Dialled.Should().BeEmpty();
        _peers.Candidates(_site.Address, 16, static _ => true).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_peers_that_do_not_have_the_site_nothing_is_kept()
    {
        (await FindAsync(Public(2), Public(3))).Error!.Detail.Should().Be("none of 2 peers that were asked has it");
        _peers.Candidates(_site.Address, 16, static _ => true).Should().BeEmpty();
    }

    [Fact]
    public async Task A_neighbour_who_said_that_he_has_the_site_is_asked_and_one_who_has_others_is_not()
    {
        _leg.Places[PeerLocation.Of(System.Net.IPAddress.Parse("192.168.1.7"), 26552)] = _leg.Places[_seed];
        foreach ((string host, ZeroNetAddress site) in new[] { ("192.168.1.7", _site.Address), ("192.168.1.8", ZeroNetPrivateKey.Create().Address) })
        {
            System.Net.IPAddress at = System.Net.IPAddress.Parse(host);
            _lan.Hear(new LanSender(host, 26552, 1544), at).Should().BeTrue();
            _lan.Take(new LanSender(host, 26552, 1544), at, 1, [SiteHash.Of(site)]).Should().BeTrue();
        }

        (await FindAsync()).Record.Should().NotBeNull();
        _leg.Dialled.Should().Equal(PeerLocation.Of(System.Net.IPAddress.Parse("192.168.1.7"), 26552));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_asked_for_a_site_takes_this_gateway_for_a_peer_of_it_only_where_it_is_followed(bool isFollowed)
    {
        if (isFollowed)
        {
            _shelf.Keep(_site.Address, SiteKind.Followed).Should().BeNull();
        }

        (await FindAsync(_seed)).Record.Should().NotBeNull();
        _theirPeers.Candidates(_site.Address, 16, static _ => true).Should().HaveCount(isFollowed ? 1 : 0);
    }

    private static PeerLocation Public(byte host) => PeerLocation.Of(new System.Net.IPAddress([9, 9, 9, host]), 15441);

    [Fact]
    public async Task Who_tells_of_a_site_just_after_it_was_searched_for_in_vain_is_asked_once_a_moment_is_over()
    {
        (await FindAsync()).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        _peers.Add(_site.Address, [_seed], PeerSource.Operator);

        Task looking = _resolver.RefreshAsync(_site.Address, Request());
        _resolver.RefreshAsync(_site.Address, Request()).Should().BeSameAs(looking, "one more search is enough");
        await _clock.PassAsync(TimeSpan.FromSeconds(1)).Soon();

        await looking.Soon();
        _shelf.Record(_site.Address).Should().NotBeNull();
        _leg.Dialled.Should().ContainSingle();
    }

    // Nothing announces what is waited for.
    private static async Task UntilAsync(Func<bool> condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(60), "the condition must hold soon");
            await Task.Yield();
        }
    }

    private Task<SiteResolution> FindAsync(params PeerLocation[] seeds) =>
        _resolver.ResolveAsync(_site.Address, mustBeNew: false, Request(seeds), TestContext.Current.CancellationToken).Soon();

    private DialRequest Request(params PeerLocation[] seeds)
    {
        string host = ZeroNetHost.NameOf(_site.Address);
        return new DialRequest(seeds.Length == 0
            ? ZeroNetEndPoint.Parse(host, 80).EndPoint!
            : ZeroNetEndPoint.Parse(host, 80, $"zeronet_peers={string.Join(',', seeds.Select(static seed => TrackerAddress.Format(seed)["zero://".Length..]))}").EndPoint!);
    }
}
