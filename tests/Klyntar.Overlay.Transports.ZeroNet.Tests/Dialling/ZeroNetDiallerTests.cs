using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetDiallerTests
{
    [Theory]
    [InlineData("192.168.1.7")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    public async Task A_record_leads_to_no_private_address_even_where_a_leg_would_dial_it_for_a_peer(string address)
    {
        using TestFolder folder = new();
        WatchedClock clock = new();
        clock.SetUtcNow(DateTimeOffset.UtcNow);
        FakeLeg leg = new();
        TestSite site = TestSite.WithEndPoints();
        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        site.Files[EndPointRecord.FileName] = new EndPointRecord { EndPoints = [new RecordedEndPoint(RecordedEndPointKind.Tcp, address, 26552, new string('a', 64))], Expires = now + 3_600 }.Write();
        SiteShelf shelf = new(folder.Of("sites"), clock, NullLogger.Instance);
        shelf.Keep(site.Address, SiteKind.Visited).Should().BeNull();
        site.Bring(shelf, now - 60);
        SitePeers peers = new(folder.Of("peers"), allowPrivate: false, clock, new Random(1), NullLogger.Instance);
        PeerOpener opener = new([leg], _ => Peers.Options(clock), new AnsweringPeer().For);
        TrackerRounds trackers = new([], [leg], opener, peers, null, "-UT3530-klyntartest1", clock, NullLogger.Instance);
        await using SiteResolver resolver = new(shelf, peers, opener, trackers, [], clock);
        await using SharedTunnels tunnels = new(clock);
        ZeroNetPublisher publisher = new(shelf, [leg], Peers.Certificate.Sha256Hex, clock, NullLogger.Instance);
        ZeroNetDialler dialler = new(resolver, opener, [leg], publisher, tunnels, new ZeroNetOptions { Clearnet = true, Lan = true }, clock);

        DialResult dialled = await dialler.DialAsync(new DialRequest(new ZeroNetEndPoint(site.Address, 80)), TestContext.Current.CancellationToken).AsTask().Soon();

        dialled.Error!.Kind.Should().Be(DialErrorKind.InvalidDescriptor);
        dialled.Error.Detail.Should().Be("its record names an address that is not of the public network");
        leg.Dialled.Should().BeEmpty();
    }
}
