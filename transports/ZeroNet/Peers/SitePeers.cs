using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Who else has the sites that are of interest here. Whoever was asked and answered with a site's own record is kept before all who were merely told of; made-up peers, however many,
/// cost <see cref="PeerLimits.Attempts"/> attempts at most. Reads and writes files, so its callers must not be on the socket engine's loop.
/// </summary>
internal sealed partial class SitePeers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SitePeerList> _sites = new(StringComparer.Ordinal);
    private readonly PeerCache _cache;
    private readonly bool _allowPrivate;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly ILogger _logger;

    /// <summary>Opens what was kept when the gateway last ran.</summary>
    /// <param name="folder">A folder of its own that is there, and that nobody else can enter.</param>
    /// <param name="allowPrivate">Whether strangers may tell of addresses of somebody's own network, as on a private network of this machine.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="random">Gives the order of peers that are alike.</param>
    /// <param name="logger">Where it is told that the disk fails.</param>
    /// <exception cref="OverlayException">The folder cannot be read.</exception>
    public SitePeers(string folder, bool allowPrivate, TimeProvider clock, Random random, ILogger logger)
    {
        _allowPrivate = allowPrivate;
        _clock = clock;
        _random = random;
        _logger = logger;
        try
        {
            _cache = new PeerCache(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The folder of ZeroNet peers {folder} cannot be read: {e.Message} Check its owner and the disk.", e);
        }
    }

    /// <summary>Notes peers of a site that somebody told of. Those that cannot be dialled, or must not be on his word, are passed over.</summary>
    /// <param name="site">The site.</param>
    /// <param name="peers">The peers; beyond <see cref="PeerLimits.OfSite"/> none is looked at.</param>
    /// <param name="source">Who told.</param>
    /// <returns>How many were new.</returns>
    public int Add(ZeroNetAddress site, IEnumerable<PeerLocation> peers, PeerSource source)
    {
        bool allowPrivate = _allowPrivate || source.MayBePrivate;
        long now = _clock.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            SitePeerList list = Of(site);
            return peers.Take(PeerLimits.OfSite).Count(peer => peer.IsUsable(allowPrivate) && list.Add(peer, source, now));
        }
    }

    /// <summary>Whether a peer may be dialled on a stranger's word.</summary>
    public bool MayAsk(PeerLocation peer) => peer.IsUsable(_allowPrivate);

    /// <summary>Notes that a peer answered.</summary>
    /// <param name="site">The site.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="hasProven">Whether with the site's own signed record.</param>
    public void Succeeded(ZeroNetAddress site, PeerLocation peer, bool hasProven)
    {
        lock (_gate)
        {
            SitePeerList list = Of(site);
            list.Succeeded(peer, hasProven, _clock.GetUtcNow().ToUnixTimeSeconds());
            Save(site, list);
        }
    }

    /// <summary>Notes that a peer did not answer, or answered with what is wrong. It is for the caller not to blame peers for a network of ours that is down.</summary>
    public void Failed(ZeroNetAddress site, PeerLocation peer)
    {
        lock (_gate)
        {
            SitePeerList list = Of(site);
            list.Failed(peer);
            Save(site, list);
        }
    }

    /// <summary>Whom to ask for a site, in this order: see <see cref="SitePeerList.InOrder"/>.</summary>
    /// <param name="site">The site.</param>
    /// <param name="count">How many; never more than <see cref="PeerLimits.Attempts"/>.</param>
    /// <param name="isReached">Whether a peer can be asked at all: those that cannot take nobody's place.</param>
    public ImmutableArray<PeerLocation> Candidates(ZeroNetAddress site, int count, Func<PeerLocation, bool> isReached)
    {
        lock (_gate)
        {
            return [.. Of(site).InOrder(_random).Select(peer => peer.Location).Where(isReached).Take(Math.Min(count, PeerLimits.Attempts))];
        }
    }

    /// <summary>Peers of a site to tell somebody of: those that anybody may dial, and that have not failed.</summary>
    /// <param name="site">The site.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="without">Those that he knows.</param>
    public ImmutableArray<PackedPeer> ToTell(ZeroNetAddress site, int count, IReadOnlySet<PeerLocation> without)
    {
        lock (_gate)
        {
            return
            [
                .. Of(site).InOrder(_random)
                    .Where(peer => peer.Failures == 0 && !without.Contains(peer.Location) && peer.Location.IsUsable(_allowPrivate))
                    .Select(peer => peer.Location.Pack())
                    .OfType<PackedPeer>()
                    .Take(count),
            ];
        }
    }

    /// <summary>Writes down what has changed of all sites, as before the gateway ends.</summary>
    public void Save()
    {
        lock (_gate)
        {
            foreach ((string address, SitePeerList list) in _sites)
            {
                list.IsChanged |= list.All.Count > 0;
                Save(Parsed(address), list);
            }
        }
    }

    private SitePeerList Of(ZeroNetAddress site)
    {
        if (!_sites.TryGetValue(site.Text, out SitePeerList? list))
        {
            if (_sites.Count >= PeerLimits.Sites)
            {
                (string oldest, SitePeerList peers) = _sites.MinBy(entry => entry.Value.LastUse);
                peers.IsChanged |= peers.All.Count > 0;
                Save(Parsed(oldest), peers);
                _sites.Remove(oldest);
            }

            list = new SitePeerList();
            foreach (KnownPeer peer in _cache.Read(site).Where(peer => peer.Location.IsUsable(_allowPrivate)))
            {
                list.Restore(peer);
            }

            _sites.Add(site.Text, list);
        }

        list.LastUse = _clock.GetUtcNow();
        return list;
    }

    private void Save(ZeroNetAddress site, SitePeerList list)
    {
        if (!list.IsChanged)
        {
            return;
        }

        list.IsChanged = false;
        try
        {
            // The operator's own are in his configuration, which may have lost them by the next time; and this machine may be on another network by then.
            _cache.Write(site, list.Best(PeerLimits.Cached).Where(peer => (peer.IsProven || !peer.IsOperators) && peer.Location.IsUsable(_allowPrivate)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSaved(e.Message);
        }
    }

    private static ZeroNetAddress Parsed(string address) =>
        ZeroNetAddress.TryParse(address, out ZeroNetAddress? site, out string? why) ? site : throw new InvalidOperationException(why);

    [LoggerMessage(43, LogLevel.Warning, "Peers of ZeroNet sites cannot be written to the disk, and are found anew after the gateway's next start: {Why}")]
    private partial void LogNotSaved(string why);
}
