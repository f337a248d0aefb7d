using System.Collections.Immutable;
using System.Globalization;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Finds where a site's gateway is: in what is kept here, from peers, those of the local network among them, and from peers that trackers name. Whoever has the site's files is as good a source as any, since they are
/// signed; how many are tried is bounded, whatever is made up.
/// </summary>
/// <param name="shelf">The sites that are kept.</param>
/// <param name="peers">Who else has them.</param>
/// <param name="opener">Connects to peers.</param>
/// <param name="trackers">Names peers.</param>
/// <param name="always">Peers of the operator's, who are asked for every site.</param>
/// <param name="clock">The clock.</param>
/// <param name="lan">Who was heard on the local network; null where nobody listens there.</param>
internal sealed class SiteResolver(SiteShelf shelf, SitePeers peers, PeerOpener opener, TrackerRounds trackers, ImmutableArray<PeerLocation> always, TimeProvider clock, LanPeers? lan = null) : IAsyncDisposable
{
    // As many as real nodes ask at a time.
    private const int AtOnce = 5;

    // Who knows the site already is asked alone at first: trackers need not learn of each dial.
    private static readonly TimeSpan TrackersAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WholeTime = TimeSpan.FromMinutes(1);

    // Who dials in vain again and again does not have the whole network searched each time.
    private static readonly TimeSpan SearchAgainAfter = TimeSpan.FromSeconds(1);
    private const int MostRemembered = 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(ZeroNetAddress Site, SiteSeeds Seeds), Task<SiteResolution>> _underWay = [];
    private readonly Dictionary<(ZeroNetAddress Site, SiteSeeds Seeds), (long When, SiteResolution Found)> _searched = [];

    // Searches that have not begun yet.
    private readonly Dictionary<ZeroNetAddress, Task> _due = [];

    /// <summary>Finds a site's end points.</summary>
    /// <param name="site">The site.</param>
    /// <param name="mustBeNew">Whether what is kept here was tried in vain, so that others are asked in any case.</param>
    /// <param name="request">The dial that is served.</param>
    /// <param name="cancellationToken">Waits no longer; the search goes on for others.</param>
    public async Task<SiteResolution> ResolveAsync(ZeroNetAddress site, bool mustBeNew, DialRequest request, CancellationToken cancellationToken)
    {
        if (!mustBeNew && shelf.Record(site) is { IsExpired: false } known)
        {
            return new SiteResolution(known, null);
        }

        return await Search(site, mustBeNew, request).WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Has what is newer of a site fetched, and bears being called often: while the site is searched for, or was a moment ago, one more search is due when that is over,
    /// since whoever was asked before may have it only now.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="request">As what peers are dialled.</param>
    /// <returns>Done when it was searched for, in vain or not. Never fails, and nobody need wait.</returns>
    public Task RefreshAsync(ZeroNetAddress site, DialRequest request)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return Task.CompletedTask;
            }

            if (!_due.TryGetValue(site, out Task? due))
            {
                _due.Add(site, due = SearchAgainAsync(site, request));
            }

            return due;
        }
    }

    /// <summary>Ends all searches; none begins from then on.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] searches;
        lock (_gate)
        {
            _stop.Cancel();
            searches = [.. _underWay.Values, .. _due.Values];
        }

        await Task.WhenAll(searches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Fetches a site from one peer, if that has something newer.</summary>
    /// <returns>Whether it had the site.</returns>
    public async Task<bool> FetchAsync(ZeroNetAddress site, PeerLocation peer, DialRequest request, CancellationToken cancellationToken)
    {
        // What is visited only is given to nobody, and whose clients visit it is nobody's business.
        bool isServed = shelf.Find(site.Text) is { Kind: not SiteKind.Visited };
        (PeerUse? use, _) = await opener.OpenAsync(peer, tellsSelf: isServed, request, cancellationToken);
        if (use is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            peers.Failed(site, peer);
            return false;
        }

        await using (use)
        {
            try
            {
                if (await FetchAsync(use.Connection, site, SiteContent.FileName, SiteLimits.ContentBytes, cancellationToken) is not { } content)
                {
                    peers.Succeeded(site, peer, hasProven: false);
                    return false;
                }

                SiteTaking taking = await SiteDownload.TakeAsync(shelf, site, content, (wanted, stop) => FetchAsync(use.Connection, site, wanted.Path, (int)wanted.File.Size, stop), cancellationToken);
                if (taking is SiteTaking.Current or SiteTaking.NotNewer or SiteTaking.SignedElsewhere)
                {
                    peers.Succeeded(site, peer, hasProven: true);
                    return true;
                }

                peers.Failed(site, peer);
            }
            catch (PeerException)
            {
                peers.Failed(site, peer);
            }
        }

        return false;
    }

    // All files that are kept fit into one part.
    private static async Task<ReadOnlyMemory<byte>?> FetchAsync(PeerConnection connection, ZeroNetAddress site, string path, int most, CancellationToken cancellationToken)
    {
        PeerFilePart part = await connection.AskForFileAsync(new FileParams(IsStream: true, site.Text, path, 0, Math.Max(most, 1), null), cancellationToken);
        return part.Error is null && part.Bytes.Length == part.Size ? part.Bytes : null;
    }

    // The search that is under way, or a new one: a site has one at a time, whoever asks for it. Who names peers to ask has a search of his own: others' would not ask them, and they learn
    // of nobody else who wants the site.
    private Task<SiteResolution> Search(ZeroNetAddress site, bool mustBeNew, DialRequest request)
    {
        (ZeroNetAddress Site, SiteSeeds Seeds) sought = (site, SeedsOf(request));
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return Task.FromResult(new SiteResolution(null, new DialError(DialErrorKind.TransportFailed, ZeroNetAddress.OverlayName)));
            }

            if (_searched.TryGetValue(sought, out (long When, SiteResolution Found) last) && clock.GetElapsedTime(last.When) < SearchAgainAfter)
            {
                return Task.FromResult(last.Found);
            }

            if (!_underWay.TryGetValue(sought, out Task<SiteResolution>? search))
            {
                _underWay.Add(sought, search = SearchAsync(sought, mustBeNew, request));
            }

            return search;
        }
    }

    private async Task SearchAgainAsync(ZeroNetAddress site, DialRequest request)
    {
        // Off the caller's lock.
        await Task.Yield();
        var sought = (site, SeedsOf(request));
        bool isBegun = false;
        while (!isBegun)
        {
            Task before;
            lock (_gate)
            {
                TimeSpan since = _searched.TryGetValue(sought, out (long When, SiteResolution Found) last) ? clock.GetElapsedTime(last.When) : SearchAgainAfter;
                if (_underWay.TryGetValue(sought, out Task<SiteResolution>? search))
                {
                    before = search;
                }
                else if (since < SearchAgainAfter && !_stop.IsCancellationRequested)
                {
                    before = Task.Delay(SearchAgainAfter - since, clock, _stop.Token);
                }
                else
                {
                    _due.Remove(site);
                    before = Search(site, mustBeNew: true, request);
                    isBegun = true;
                }
            }

            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static SiteSeeds SeedsOf(DialRequest request) => request.EndPoint is ZeroNetEndPoint endPoint ? endPoint.Seeds : SiteSeeds.None;

    private async Task<SiteResolution> SearchAsync((ZeroNetAddress Site, SiteSeeds Seeds) sought, bool mustBeNew, DialRequest request)
    {
        // Off the caller's lock.
        await Task.Yield();
        ZeroNetAddress site = sought.Site;
        using CancellationTokenSource whole = Deadline.After(WholeTime, clock).CreateLinkedSource(_stop.Token);
        DialRequest search = request with { Deadline = Deadline.After(WholeTime, clock), DialAs = null };
        SiteResolution? found = null;
        try
        {
            if (shelf.Find(site.Text) is null && shelf.Keep(site, SiteKind.Visited) is { } refusal)
            {
                return new SiteResolution(null, new DialError(DialErrorKind.OutOfResources, ZeroNetAddress.OverlayName, refusal));
            }

            peers.Add(site, always, PeerSource.Operator);
            lan?.Tell(site, peers);
            int asked = await AskAsync(site, mustBeNew, search, whole.Token);
            return found = Judge(site, asked, !sought.Seeds.Peers.IsEmpty);
        }
        finally
        {
            lock (_gate)
            {
                _underWay.Remove(sought);
                if (_searched.Count >= MostRemembered)
                {
                    _searched.Clear();
                }

                if (found is not null)
                {
                    _searched[sought] = (clock.GetTimestamp(), found);
                }
            }
        }
    }

    private async Task<int> AskAsync(ZeroNetAddress site, bool mustBeNew, DialRequest request, CancellationToken cancellationToken)
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long before = shelf.Find(site.Text)?.Modified ?? 0;
        ImmutableArray<PeerLocation> seeds = [.. SeedsOf(request).Peers.Where(seed => peers.MayAsk(seed) && opener.Reaches(seed))];
        var tried = new HashSet<PeerLocation>();
        var running = new List<Task>();
        Task<int>? tracked = null;
        Task patience = Task.Delay(TrackersAfter, clock, found.Token);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                // Before looking: whom trackers name from here on is looked at in the next round.
                bool wereTracked = tracked is { IsCompleted: true };
                running.RemoveAll(static task => task.IsCompleted);
                foreach (PeerLocation peer in seeds.Union(peers.Candidates(site, PeerLimits.Attempts, opener.Reaches)).Where(peer => !tried.Contains(peer)).Take(AtOnce - running.Count).ToArray())
                {
                    if (tried.Count < PeerLimits.Attempts && tried.Add(peer))
                    {
                        running.Add(QuietlyAsync(seeds.Contains(peer) ? AskSeedAsync(site, peer, request, found.Token) : FetchAsync(site, peer, request, found.Token)));
                    }
                }

                if (tracked is null && (running.Count == 0 || patience.IsCompleted))
                {
                    tracked = trackers.FindAsync(site, request, found.Token);
                }

                if (IsFound(site, before, mustBeNew) || (running.Count == 0 && wereTracked))
                {
                    break;
                }

                if (wereTracked || tracked is not { IsCompleted: true })
                {
                    await Task.WhenAny([.. running, .. wereTracked ? [] : new[] { (Task?)tracked ?? patience }]);
                }
            }
        }
        finally
        {
            await found.CancelAsync();
            await Task.WhenAll([.. running, tracked is null ? Task.CompletedTask : QuietlyAsync(tracked)]);
        }

        return tried.Count;
    }

    // One that has the site is as good as any other peer; of the rest nothing is kept.
    private async Task AskSeedAsync(ZeroNetAddress site, PeerLocation seed, DialRequest request, CancellationToken cancellationToken)
    {
        if (await FetchAsync(site, seed, request, cancellationToken))
        {
            peers.Add(site, [seed], PeerSource.Link);
            peers.Succeeded(site, seed, hasProven: true);
        }
    }

    private bool IsFound(ZeroNetAddress site, long before, bool mustBeNew) =>
        shelf.Record(site) is { IsExpired: false } record && (record.Modified > before || (!mustBeNew && record.Modified == before));

    private static async Task QuietlyAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private SiteResolution Judge(ZeroNetAddress site, int asked, bool hasSeeds) => shelf.Record(site) switch
    {
        { IsExpired: false } record => new SiteResolution(record, null),
        { } expired => NotFound(string.Create(CultureInfo.InvariantCulture, $"its record counts no more since {DateTimeOffset.FromUnixTimeSeconds(expired.Record.Expires):yyyy-MM-dd}, and nobody has a newer one")),
        null when shelf.Find(site.Text) is { Modified: not null } => NotFound("it is a site of ZeroNet, but none with a gateway"),
        null when asked == 0 && hasSeeds => NotFound("none of the peers that its link names is where this gateway may ask, and nothing else names one"),
        null when asked == 0 => NotFound(trackers.IsEmpty ? "no peer of it is known, and there are no trackers to ask; write some into transports.zeronet.trackers" : "no tracker names a peer of it"),
        null => NotFound(string.Create(CultureInfo.InvariantCulture, $"none of {asked} peers that were asked has it")),
    };

    private static SiteResolution NotFound(string detail) => new(null, new DialError(DialErrorKind.NotFound, ZeroNetAddress.OverlayName, detail));
}
