using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Keeps sites known: tells trackers of those that this gateway serves, passes what is new of its own on to their peers, and fetches what is new of those that it follows.
/// </summary>
/// <param name="shelf">The sites.</param>
/// <param name="peers">Who else has them.</param>
/// <param name="trackers">The trackers.</param>
/// <param name="resolver">Fetches sites.</param>
/// <param name="opener">Connects to peers.</param>
/// <param name="publisher">The services.</param>
/// <param name="follow">The sites of others to keep.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The transport's logger.</param>
internal sealed partial class Announcer(SiteShelf shelf, SitePeers peers, TrackerRounds trackers, SiteResolver resolver, PeerOpener opener, ZeroNetPublisher publisher, ImmutableArray<ZeroNetAddress> follow, TimeProvider clock, ILogger logger)
{
    // Trackers forget after 40 minutes; those of BitTorrent ask for no more than one round in half an hour.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LearnTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RoundTime = TimeSpan.FromMinutes(2);

    // What this gateway does for its own sites shares no circuit with what its clients do.
    private static readonly IsolationKey Own = IsolationKey.From("zeronet peer", [], []);

    // Real nodes tell as many.
    private const int PeersTold = 5;

    private readonly ConcurrentDictionary<ZeroNetAddress, byte> _fetching = new();
    private readonly ConcurrentDictionary<ZeroNetAddress, long> _told = new();
    private readonly HashSet<ZeroNetAddress> _learnt = [];
    private CancellationToken _stop;

    /// <summary>Keeps sites known until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _stop = cancellationToken;
        KeepFollowed();

        List<Task> pushing = [];
        try
        {
            await TellAsync(pushing, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(pushing);
        }
    }

    /// <summary>A peer says that it has something newer of a site. Returns at once, and bears being told often.</summary>
    public void OnNewer(ZeroNetAddress site)
    {
        if (shelf.Find(site.Text) is { Kind: SiteKind.Followed })
        {
            Fetch(site);
        }
    }

    private async Task TellAsync(List<Task> pushing, CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            ImmutableArray<ZeroNetAddress> own = publisher.TakeChanges();
            bool isTold = await TellAsync([.. own, .. follow], cancellationToken);
            await LearnAsync(own, cancellationToken);
            foreach (ZeroNetAddress site in own)
            {
                publisher.OnAnnounced(site);
                pushing.Add(PushAsync(site, cancellationToken));
            }

            pushing.RemoveAll(static push => push.IsCompleted);
            foreach (ZeroNetAddress site in follow)
            {
                Fetch(site);
            }

            publisher.Refresh();
            pause = isTold ? Interval : pause * 2 < Interval ? pause * 2 : Interval;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(publisher.Changed, Task.Delay(pause, clock, over.Token));
            await over.CancelAsync();
            pause = isTold ? FirstPause : pause;
        }
    }

    // What the operator named when the gateway last ran, and names no more, is kept for dials alone.
    private void KeepFollowed()
    {
        foreach (ShelfEntry entry in shelf.Sites.Where(entry => entry.Kind == SiteKind.Followed && !follow.Contains(entry.Site)))
        {
            shelf.Unfollow(entry.Site);
        }

        foreach (ZeroNetAddress site in follow)
        {
            if (shelf.Keep(site, SiteKind.Followed) is { } refusal)
            {
                LogNotFollowed(refusal);
            }
        }
    }

    private async Task<bool> TellAsync(ImmutableArray<ZeroNetAddress> sites, CancellationToken cancellationToken)
    {
        if (sites.IsEmpty || trackers.IsEmpty)
        {
            return true;
        }

        using CancellationTokenSource round = Deadline.After(RoundTime, clock).CreateLinkedSource(cancellationToken);
        try
        {
            int answered = await trackers.AnnounceAsync(sites, Request(sites[0]), round.Token);
            LogTold(answered);
            return answered > 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // After a reinstall, or where another gateway has the key too, peers may have what was signed later than here, and would refuse ours for ever.
    private async Task LearnAsync(ImmutableArray<ZeroNetAddress> own, CancellationToken cancellationToken)
    {
        using CancellationTokenSource round = Deadline.After(LearnTime, clock).CreateLinkedSource(cancellationToken);
        try
        {
            await Parallel.ForEachAsync(
                own.Where(_learnt.Add).SelectMany(site => peers.Candidates(site, PeersTold).Where(opener.Reaches).Select(peer => (site, peer))),
                round.Token,
                async (known, stop) => await resolver.FetchAsync(known.site, known.peer, Request(known.site), stop));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Those that answer have answered.
        }

        publisher.Refresh();
    }

    // Once for each signature: real nodes pass it on themselves.
    private async Task PushAsync(ZeroNetAddress site, CancellationToken cancellationToken)
    {
        if (shelf.Find(site.Text)?.Modified is not { } modified || _told.TryGetValue(site, out long told) && told == modified
            || shelf.Read(site.Text, SiteContent.FileName) is not { } content)
        {
            return;
        }

        _told[site] = modified;
        using CancellationTokenSource round = Deadline.After(RoundTime, clock).CreateLinkedSource(cancellationToken);
        try
        {
            await Parallel.ForEachAsync(peers.Candidates(site, PeersTold), round.Token, async (peer, stop) => await PushAsync(site, peer, content, modified, stop));
        }
        catch (OperationCanceledException)
        {
            // Peers ask for themselves, too.
        }
    }

    private async ValueTask PushAsync(ZeroNetAddress site, PeerLocation peer, ReadOnlyMemory<byte> content, long modified, CancellationToken cancellationToken)
    {
        (PeerConnection? connection, _) = await opener.OpenAsync(peer, Request(site), cancellationToken);
        if (connection is null)
        {
            return;
        }

        await using (connection)
        {
            try
            {
                await connection.AskAsync(new UpdateParams(site.Text, SiteContent.FileName, content, modified), cancellationToken);
                await ExchangeAsync(connection, site, peer, cancellationToken);
            }
            catch (PeerException)
            {
                // It may ask later.
            }
        }
    }

    // Trackers may be gone tomorrow; whom peers name, they have met.
    private async Task ExchangeAsync(PeerConnection connection, ZeroNetAddress site, PeerLocation peer, CancellationToken cancellationToken)
    {
        ImmutableArray<PackedPeer> known = peers.ToTell(site, PeersTold, new HashSet<PeerLocation> { peer });
        PeerResponse response = await connection.AskAsync(new PexParams(site.Text, known, PeersTold), cancellationToken);
        if (response.Error is null && PexAnswer.Read(response, MessageLimits.Default, out _) is { } answer)
        {
            peers.Add(site, answer.Peers.Select(PeerLocation.Of), PeerSource.Peer(peer));
        }
    }

    private void Fetch(ZeroNetAddress site)
    {
        if (_fetching.TryAdd(site, 0))
        {
            _ = FetchAsync(site);
        }
    }

    private async Task FetchAsync(ZeroNetAddress site)
    {
        try
        {
            await ((Task)resolver.ResolveAsync(site, mustBeNew: true, Request(site), _stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _fetching.TryRemove(site, out _);
        }
    }

    private DialRequest Request(ZeroNetAddress site) => new(new ZeroNetEndPoint(site, 0)) { Isolation = Own, Deadline = Deadline.After(RoundTime, clock) };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} trackers were told of this gateway's sites.")]
    private partial void LogTold(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A site is not followed: {Why}")]
    private partial void LogNotFollowed(string why);
}
