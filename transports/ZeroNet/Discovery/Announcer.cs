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
/// <param name="always">Peers of the operator's, who are told of every site of this gateway.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The transport's logger.</param>
internal sealed partial class Announcer(SiteShelf shelf, SitePeers peers, TrackerRounds trackers, SiteResolver resolver, PeerOpener opener, ZeroNetPublisher publisher, ImmutableArray<ZeroNetAddress> follow, ImmutableArray<PeerLocation> always, TimeProvider clock, ILogger logger)
{
    // Trackers forget after 40 minutes; those of BitTorrent ask for no more than one round in half an hour.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LearnTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RoundTime = TimeSpan.FromMinutes(2);

    // Real nodes fetch what is new over the connection that told of it, and hold it against a peer that ends it meanwhile.
    private static readonly TimeSpan FetchTime = TimeSpan.FromSeconds(15);

    // What this gateway does for its own sites shares no circuit with what its clients do.
    private static readonly IsolationKey Own = IsolationKey.From("zeronet peer", [], []);

    // Whoever follows thousands of sites has neither thousands of connections nor thousands of questions under way. Peers take their time whatever processors there are.
    private const int AtOnce = 32;

    // Real nodes tell as many.
    private const int PeersTold = 5;

    // Which peers were told of which signature of an own site. A round that takes long may tell one again that the next tells at the same time.
    private readonly ConcurrentDictionary<ZeroNetAddress, (long Modified, ConcurrentDictionary<PeerLocation, byte> Peers)> _told = new();
    private readonly HashSet<ZeroNetAddress> _learnt = [];
    private Task _refreshing = Task.CompletedTask;

    /// <summary>Keeps sites known until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        KeepFollowed();

        List<Task> passing = [];
        try
        {
            await RunAsync(passing, cancellationToken);
        }
        finally
        {
            await Task.WhenAll([_refreshing, .. passing]);
        }
    }

    /// <summary>A peer says that it has something newer of a site. Returns at once, and bears being told often.</summary>
    public void OnNewer(ZeroNetAddress site)
    {
        if (shelf.Find(site.Text) is { Kind: SiteKind.Followed })
        {
            _ = resolver.RefreshAsync(site, Request(site));
        }
    }

    private async Task RunAsync(List<Task> passing, CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            ImmutableArray<ZeroNetAddress> own = publisher.TakeChanges();
            Task changed = publisher.Changed;
            if (_refreshing.IsCompleted)
            {
                await _refreshing;
                _refreshing = RefreshAsync(cancellationToken);
            }

            bool isTold = await TellAsync(own, changed, cancellationToken);
            await Task.WhenAll(passing.Where(static pass => pass.IsCompleted));
            passing.RemoveAll(static pass => pass.IsCompleted);
            passing.Add(PassOnAsync(own, cancellationToken));
            pause = isTold ? Interval : pause * 2 < Interval ? pause * 2 : Interval;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(publisher.Changed, Task.Delay(pause, clock, over.Token));
            await over.CancelAsync();
            pause = isTold ? FirstPause : pause;
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(follow, Some(cancellationToken), async (site, stop) => await resolver.RefreshAsync(site, Request(site)).WaitAsync(stop));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ends.
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

    // Services are announced once a tracker has them, or after a while without one; trackers that take longer hold up nothing but the end of the round, which a change ends as well.
    private async Task<bool> TellAsync(ImmutableArray<ZeroNetAddress> own, Task changed, CancellationToken cancellationToken)
    {
        ImmutableArray<ZeroNetAddress> sites = [.. own, .. follow];
        if (sites.IsEmpty || trackers.IsEmpty)
        {
            OnAnnounced(own);
            return true;
        }

        TaskCompletionSource<int> one = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource round = Deadline.After(RoundTime, clock).CreateLinkedSource(cancellationToken);
        int answered = 0;
        Task telling = trackers.AnnounceAsync(sites, () => one.TrySetResult(Interlocked.Increment(ref answered)), Request(sites[0]), round.Token);
        try
        {
            await Task.WhenAny(one.Task, telling, Task.Delay(TrackerRounds.Patience, clock, round.Token));
            cancellationToken.ThrowIfCancellationRequested();
            OnAnnounced(own);
            await Task.WhenAny(telling, changed);
        }
        finally
        {
            // Those that answer have answered.
            await round.CancelAsync();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (telling.IsFaulted)
        {
            await telling;
        }

        LogTold(answered);
        return answered > 0;
    }

    private void OnAnnounced(ImmutableArray<ZeroNetAddress> own)
    {
        foreach (ZeroNetAddress site in own)
        {
            publisher.OnAnnounced(site);
        }
    }

    private async Task PassOnAsync(ImmutableArray<ZeroNetAddress> own, CancellationToken cancellationToken)
    {
        await LearnAsync(own, cancellationToken);
        await Task.WhenAll(own.Select(site => PushAsync(site, cancellationToken)));
    }

    // After a reinstall, or where another gateway has the key too, peers may have what was signed later than here, and would refuse ours for ever.
    private async Task LearnAsync(ImmutableArray<ZeroNetAddress> own, CancellationToken cancellationToken)
    {
        (ZeroNetAddress Site, PeerLocation Peer)[] known = [.. own.Where(site => !_learnt.Contains(site)).SelectMany(site => Told(site).Select(peer => (site, peer)))];
        _learnt.UnionWith(known.Select(static known => known.Site));
        using CancellationTokenSource round = Deadline.After(LearnTime, clock).CreateLinkedSource(cancellationToken);
        try
        {
            await Parallel.ForEachAsync(
                known,
                Some(round.Token),
                async (known, stop) => await resolver.FetchAsync(known.Site, known.Peer, Request(known.Site), stop));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Those that answer have answered.
        }

        publisher.Refresh();
    }

    // The operator's own first: where there are no trackers, nobody else may know.
    private ImmutableArray<PeerLocation> Told(ZeroNetAddress site) =>
        [.. always.Where(opener.Reaches).Union(peers.Candidates(site, PeersTold, opener.Reaches)).Take(PeerLimits.Attempts)];

    // Once for each signature and peer; one that did not answer is told in the next round, since real nodes look for themselves only seldom.
    private async Task PushAsync(ZeroNetAddress site, CancellationToken cancellationToken)
    {
        if (shelf.Find(site.Text)?.Modified is not { } modified || shelf.Read(site.Text, SiteContent.FileName) is not { } content)
        {
            return;
        }

        (long Modified, ConcurrentDictionary<PeerLocation, byte> Peers) told = _told.GetValueOrDefault(site);
        if (told.Modified != modified || told.Peers.Count >= PeerLimits.OfSite)
        {
            _told[site] = told = (modified, new());
        }

        using CancellationTokenSource round = Deadline.After(RoundTime, clock).CreateLinkedSource(cancellationToken);
        try
        {
            await Parallel.ForEachAsync(Told(site), Some(round.Token), async (peer, stop) => await PushAsync(site, peer, content, modified, told.Peers, stop));
        }
        catch (OperationCanceledException)
        {
            // Peers ask for themselves, too.
        }
    }

    private async ValueTask PushAsync(
        ZeroNetAddress site, PeerLocation peer, ReadOnlyMemory<byte> content, long modified, ConcurrentDictionary<PeerLocation, byte> told, CancellationToken cancellationToken)
    {
        if (told.ContainsKey(peer))
        {
            return;
        }

        try
        {
            (PeerUse? use, _) = await opener.OpenAsync(peer, tellsSelf: true, Request(site), cancellationToken);
            if (use is null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                peers.Failed(site, peer);
                return;
            }

            await using (use)
            {
                PeerResponse response = await use.Connection.AskAsync(new UpdateParams(site.Text, SiteContent.FileName, content, modified), cancellationToken);
                told.TryAdd(peer, 0);
                await ExchangeAsync(use.Connection, site, peer, cancellationToken);
                if (response.Error is null)
                {
                    await Task.WhenAny(use.Connection.Ended, Task.Delay(FetchTime, clock, cancellationToken));
                }
            }
        }
        catch (PeerException)
        {
            // It may ask later.
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

    private static ParallelOptions Some(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    private DialRequest Request(ZeroNetAddress site) => new(new ZeroNetEndPoint(site, 0)) { Isolation = Own, Deadline = Deadline.After(RoundTime, clock) };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} trackers were told of this gateway's sites.")]
    private partial void LogTold(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A site is not followed: {Why}")]
    private partial void LogNotFollowed(string why);
}
