using System.Globalization;
using System.Net;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SitePeersTests : IDisposable
{
    private static readonly ZeroNetAddress Site = ZeroNetPrivateKey.Create().Address;
    private static readonly PeerLocation Good = At("9.9.9.9");
    private static readonly PeerSource Tracker = PeerSource.Tracker("zero://1.1.1.1:26552");

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_thousand_made_up_peers_do_not_displace_one_that_has_proven_itself_nor_those_of_others()
    {
        SitePeers peers = Open();
        peers.Add(Site, [Good], Tracker);
        peers.Succeeded(Site, Good, hasProven: true);
        PeerLocation[] others = [.. Enumerable.Range(1, 20).Select(i => At($"7.7.7.{i}"))];
        peers.Add(Site, others, Tracker);
        for (int i = 0; i < 1_000; i++)
        {
            peers.Add(Site, [Fake(i)], PeerSource.Asker(IPAddress.Parse($"6.6.{i / 250}.{i % 250}")));
        }

        peers.Candidates(Site, 1, static _ => true).Should().Equal(Good);
        peers.Candidates(Site, 1_000, static _ => true).Should().HaveCount(PeerLimits.Attempts, "that many attempts at most are made, whatever is known");
        Known(peers).Should().Contain(others).And.Contain(Good).And.HaveCountLessThanOrEqualTo(PeerLimits.OfAskers + 21);
    }

    [Fact]
    public void Not_even_its_own_source_nor_many_trackers_displace_a_peer_that_has_proven_itself()
    {
        SitePeers peers = Open();
        peers.Add(Site, [Good], Tracker);
        peers.Succeeded(Site, Good, hasProven: true);
        _clock.Advance(TimeSpan.FromDays(1));
        for (int i = 0; i < 50; i++)
        {
            peers.Add(Site, Enumerable.Range(i * 20, 20).Select(Fake), i % 2 == 0 ? Tracker : PeerSource.Tracker($"{i}"));
        }

        peers.Candidates(Site, 1, static _ => true).Should().Equal(Good);
        Known(peers).Should().HaveCount(PeerLimits.OfSite);
    }

    [Fact]
    public void One_source_fills_its_share_and_no_more()
    {
        SitePeers peers = Open();
        peers.Add(Site, Enumerable.Range(0, 1_000).Select(Fake), PeerSource.Asker(IPAddress.Parse("6.6.6.6"))).Should().Be(PeerLimits.OfSite, "what it tells of last replaces what it told of first");
        Known(peers).Should().HaveCount(PeerLimits.OfSource);
        peers.Add(Site, Enumerable.Range(2_000, 100).Select(Fake), PeerSource.Asker(IPAddress.Parse("2606:4700::1")));
        peers.Add(Site, Enumerable.Range(3_000, 100).Select(Fake), PeerSource.Asker(IPAddress.Parse("2606:4700::2")));
        Known(peers).Should().HaveCount(2 * PeerLimits.OfSource, "64 bits of an IPv6 address are one source");
    }

    [Fact]
    public void Sources_take_turns_among_peers_of_whom_nothing_is_known()
    {
        SitePeers peers = Open();
        peers.Add(Site, Enumerable.Range(0, 30).Select(Fake), PeerSource.Asker(IPAddress.Parse("6.6.6.6")));
        PeerLocation[] told = [At("7.7.7.1"), At("7.7.7.2"), At("7.7.7.3")];
        peers.Add(Site, told, Tracker);
        for (int i = 0; i < 20; i++)
        {
            peers.Candidates(Site, 6, static _ => true).Should().Contain(told, "three of either come first");
        }
    }

    [Fact]
    public void The_order_is_proven_then_the_operators_then_the_rest_and_chances_within()
    {
        SitePeers peers = Open();
        PeerLocation[] proven = [.. Enumerable.Range(1, 4).Select(i => At($"5.5.5.{i}"))];
        PeerLocation[] own = [At("127.0.0.1"), At("10.0.0.1")];
        PeerLocation[] rest = [.. Enumerable.Range(1, 4).Select(i => At($"7.7.7.{i}"))];
        peers.Add(Site, [.. rest, .. proven], Tracker);
        peers.Add(Site, own, PeerSource.Operator);
        foreach (PeerLocation peer in proven)
        {
            peers.Succeeded(Site, peer, hasProven: true);
        }

        peers.Failed(Site, rest[0]);
        HashSet<PeerLocation> firsts = [];
        for (int i = 0; i < 100; i++)
        {
            PeerLocation[] order = [.. peers.Candidates(Site, 16, static _ => true)];
            order[..4].Should().BeEquivalentTo(proven);
            order[4..6].Should().BeEquivalentTo(own);
            order[6..9].Should().BeEquivalentTo(rest[1..]);
            order[9].Should().Be(rest[0]);
            firsts.Add(order[0]);
        }

        firsts.Should().HaveCount(4);
    }

    [Fact]
    public void Who_fails_six_times_in_a_row_is_dropped_but_the_operators_never()
    {
        SitePeers peers = Open();
        PeerLocation own = At("8.8.8.8");
        peers.Add(Site, [own], PeerSource.Operator);
        peers.Add(Site, [Good], Tracker);
        for (int i = 0; i < 5; i++)
        {
            peers.Failed(Site, Good);
        }

        peers.Succeeded(Site, Good, hasProven: false);
        for (int i = 0; i < 5; i++)
        {
            peers.Failed(Site, Good);
            peers.Failed(Site, own);
        }

        Known(peers).Should().Contain(Good);
        peers.Failed(Site, Good);
        peers.Failed(Site, own);
        Known(peers).Should().Equal(own);
    }

    [Theory]
    [InlineData("127.0.0.1", 15441)]
    [InlineData("10.0.0.1", 15441)]
    [InlineData("fd00::1", 15441)]
    [InlineData("1.1.1.1", 0)]
    [InlineData("1.1.1.1", 1)]
    public void What_must_not_be_dialled_on_a_strangers_word_is_not_taken(string address, int port)
    {
        PeerLocation[] told = [PeerLocation.Of(IPAddress.Parse(address), port)];
        Open().Add(Site, told, Tracker).Should().Be(0);
        SitePeers inSandbox = new(_folder.Of("sandbox"), allowPrivate: true, _clock, new Random(1), NullLogger.Instance);
        inSandbox.Add(Site, told, Tracker).Should().Be(port > 1 ? 1 : 0);
    }

    [Fact]
    public void A_machine_of_the_local_network_is_asked_and_not_told_of_nor_kept_for_another_day()
    {
        SitePeers peers = Open();
        PeerLocation neighbour = At("192.168.1.7");
        peers.Add(Site, [neighbour], PeerSource.Lan(neighbour.Host)).Should().Be(1);
        peers.Add(Site, [At("192.168.1.8")], PeerSource.Peer(neighbour)).Should().Be(0, "others' words do not count on private networks");
        peers.Add(Site, [Good], Tracker);
        peers.Succeeded(Site, neighbour, hasProven: true);
        peers.Candidates(Site, 16, static _ => true).Should().Equal(neighbour, Good);
        peers.ToTell(Site, 16, new HashSet<PeerLocation>()).Should().Equal(Good.Pack()!.Value);
        peers.Save();
        File.ReadAllText(Path.Join(_folder.Of("peers"), Site.Text)).Should().Contain(Good.Host).And.NotContain(neighbour.Host);
    }

    [Fact]
    public void A_whole_local_network_of_made_up_peers_leaves_room_for_others()
    {
        SitePeers peers = Open();
        for (int i = 0; i < 1_000; i++)
        {
            PeerLocation made = At($"192.168.{1 + (i / 250)}.{i % 250}");
            peers.Add(Site, [made], PeerSource.Lan(made.Host));
        }

        peers.Add(Site, Enumerable.Range(0, 32).Select(Fake), Tracker).Should().Be(32);
        peers.ToTell(Site, int.MaxValue, new HashSet<PeerLocation>()).Should().HaveCount(32);
    }

    [Fact]
    public void Peers_outlast_a_restart_the_best_of_them_and_those_only()
    {
        SitePeers peers = Open();
        PeerLocation i2p = new(PeerLocationKind.I2P, new string('a', 52) + ".b32.i2p", 80);
        peers.Add(Site, [i2p, At("8.8.8.8")], PeerSource.Operator);
        peers.Add(Site, [Good], Tracker);
        peers.Succeeded(Site, Good, hasProven: true);
        peers.Succeeded(Site, i2p, hasProven: true);
        for (int i = 0; i < 10; i++)
        {
            peers.Add(Site, Enumerable.Range(i * 20, 20).Select(Fake), PeerSource.Tracker($"{i}"));
        }

        peers.Save();
        SitePeers again = Open();
        again.Candidates(Site, 2, static _ => true).Should().BeEquivalentTo([Good, i2p]);
        Known(again).Should().HaveCount(PeerLimits.Cached - 1, "the operator's own are in his configuration");
        _folder.Files().Should().Equal($"peers/{Site.Text}");
    }

    [Fact]
    public void Any_cache_is_read_as_far_as_it_is_in_order()
    {
        string path = Path.Join(_folder.Of("peers"), Site.Text);
        File.WriteAllText(path, "IPv4 9.9.9.9 15441 proven 0 1800000000\nIPv4 9.9.9.9 15441\nIPv4 example.org 80 proven 0 1\nIPv4 9.9.9.8 99999 proven 0 1\n7 9.9.9.7 80 proven 0 1\nI2P ../../x 80 told 0 1\nIPv4 10.0.0.1 80 proven 0 1\n");
        Known(Open()).Should().Equal(Good);
        Gen.OneOf(Gen.String.Array[0, 7].Select(parts => string.Join(' ', parts)), Gen.String).Array[0, 80].Sample(lines =>
        {
            File.WriteAllText(path, string.Join('\n', lines));
            Open().Candidates(Site, 16, static _ => true).Length.Should().BeLessThanOrEqualTo(16);
        }, iter: 50, threads: 1);
        File.WriteAllBytes(path, new byte[PeerLimits.CacheBytes + 1]);
        Known(Open()).Should().BeEmpty();
    }

    [Fact]
    public void Whatever_is_told_in_any_order_the_caps_hold_and_the_proven_stay()
    {
        Gen.Select(Gen.Int[0, 400], Gen.Int[0, 20]).Array[0, 600].Sample(told =>
        {
            SitePeerList list = new();
            list.Add(Good, new PeerSource("1"), 0);
            list.Succeeded(Good, hasProven: true, 0);
            foreach ((int peer, int source) in told)
            {
                list.Add(Fake(peer), new PeerSource($"{source}", IsAsker: source % 2 == 0), peer + 1);
            }

            return list.All.Count <= PeerLimits.OfSite
                && list.All.Any(peer => peer.Location == Good)
                && list.All.Where(peer => !peer.IsProven).GroupBy(peer => peer.Source).All(group => group.Count() <= PeerLimits.OfSource)
                && list.All.Count(peer => peer.Source.IsAsker) <= PeerLimits.OfAskers;
        }, iter: 50);
    }

    [Fact]
    public void Sites_beyond_the_cap_are_read_back_from_the_disk()
    {
        SitePeers peers = Open();
        peers.Add(Site, [Good], Tracker);
        for (int i = 0; i < PeerLimits.Sites; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            peers.Candidates(ZeroNetPrivateKey.Create().Address, 1, static _ => true).Should().BeEmpty();
        }

        _folder.Files().Should().ContainSingle();
        peers.Candidates(Site, 1, static _ => true).Should().Equal(Good);
    }

    private SitePeers Open() => new(_folder.Of("peers"), allowPrivate: false, _clock, new Random(1), NullLogger.Instance);

    private static PeerLocation At(string address) => PeerLocation.Of(IPAddress.Parse(address), 15441);

    private static PeerLocation Fake(int number) => At(string.Create(CultureInfo.InvariantCulture, $"11.{number / 65536}.{number / 256 % 256}.{number % 256}"));

    // All of them, without the cap on attempts.
    private static PeerLocation[] Known(SitePeers peers) => [.. peers.ToTell(Site, int.MaxValue, new HashSet<PeerLocation>()).Select(PeerLocation.Of).Union(peers.Candidates(Site, 16, static _ => true))];
}
