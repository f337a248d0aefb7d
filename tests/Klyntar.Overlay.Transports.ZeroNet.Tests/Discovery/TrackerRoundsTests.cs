using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class TrackerRoundsTests : IDisposable
{
    private const string Own = "-UT3530-klyntartest1";

    private static readonly PeerLocation Tracker = PeerLocation.Of(System.Net.IPAddress.Parse("192.0.2.9"), 80);

    private readonly TestFolder _folder = new();
    private readonly WatchedClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trackers_client_over_an_overlay_is_not_known_again_by_who_asks_for_others(bool isOverlay)
    {
        FakeLeg leg = new() { IsOverlay = isOverlay };
        List<string> asked = [];
        leg.Places[Tracker] = stop =>
        {
            (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
            _ = AnswerAsync(accepted, asked, stop);
            return ValueTask.FromResult<DialResult>(dialled);
        };
        var opener = new PeerOpener([leg], _ => Peers.Options(_clock), new AnsweringPeer().For);
        SitePeers peers = new(_folder.Of("peers"), allowPrivate: true, _clock, new Random(1), NullLogger.Instance);
        var rounds = new TrackerRounds([TrackerAddress.Parse("http://192.0.2.9/announce", out _)!], [leg], opener, peers, null, Own, _clock, NullLogger.Instance);
        ZeroNetAddress site = ZeroNetPrivateKey.Create().Address;
        var request = new DialRequest(new ZeroNetEndPoint(site, 0));

        await rounds.AnnounceAsync([site], static () => { }, request, TestContext.Current.CancellationToken).Soon();
        await rounds.FindAsync(site, request, TestContext.Current.CancellationToken).Soon();
        await rounds.FindAsync(site, request, TestContext.Current.CancellationToken).Soon();

        asked.Should().HaveCount(3);
        asked[0].Should().Contain($"peer_id={Own}&port={leg.Address!.Value.Port}");
        asked.Skip(1).Should().OnlyContain(query => query.Contains("&port=1&") && query.Contains(Own) == !isOverlay);
        asked.Distinct().Should().HaveCount(isOverlay ? 3 : 2);
    }

    private static async Task AnswerAsync(MemoryEnd connection, List<string> asked, CancellationToken stop)
    {
        ReadResult read;
        string text;
        do
        {
            read = await connection.Transport.Input.ReadAsync(stop);
            text = Encoding.ASCII.GetString(read.Buffer.ToArray());
            connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
        while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal));

        asked.Add(text.Split(' ')[1]);
        await connection.Transport.Output.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nd5:peers0:e"u8.ToArray(), stop);
    }
}
