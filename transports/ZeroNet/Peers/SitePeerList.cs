using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The peers of one site. Not safe for several threads.</summary>
internal sealed class SitePeerList
{
    private readonly Dictionary<PeerLocation, KnownPeer> _peers = [];

    /// <summary>When the site was last asked for.</summary>
    public DateTimeOffset LastUse { get; set; }

    /// <summary>Whether what is worth keeping has changed since it was last kept.</summary>
    public bool IsChanged { get; set; }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<KnownPeer> All => _peers.Values;

    /// <summary>Adds a peer, or notes that it was told of again. Where there is no room, the worst of those that have proven nothing makes some; one that has never does.</summary>
    /// <param name="location">Where it is.</param>
    /// <param name="source">Who told of it.</param>
    /// <param name="now">The time, in seconds since 1970.</param>
    /// <returns>Whether it is a new one.</returns>
    public bool Add(PeerLocation location, PeerSource source, long now)
    {
        if (_peers.TryGetValue(location, out KnownPeer? known))
        {
            known.LastSeen = now;
            if (source == PeerSource.Operator)
            {
                known.Source = source;
            }

            return false;
        }

        if (source != PeerSource.Operator && !MakeRoom(source))
        {
            return false;
        }

        _peers.Add(location, new KnownPeer(location, source) { LastSeen = now });
        return true;
    }

    /// <summary>Takes a peer as it was kept.</summary>
    public void Restore(KnownPeer peer) => _peers.TryAdd(peer.Location, peer);

    /// <summary>Notes that a peer answered.</summary>
    /// <param name="location">Which; one that was dropped meanwhile is passed over.</param>
    /// <param name="hasProven">Whether with the site's own signed record.</param>
    /// <param name="now">The time, in seconds since 1970.</param>
    public void Succeeded(PeerLocation location, bool hasProven, long now)
    {
        if (_peers.TryGetValue(location, out KnownPeer? peer))
        {
            IsChanged |= hasProven && !peer.IsProven;
            peer.IsProven |= hasProven;
            peer.Failures = 0;
            peer.LastSeen = now;
        }
    }

    /// <summary>Notes that a peer failed.</summary>
    public void Failed(PeerLocation location)
    {
        if (_peers.TryGetValue(location, out KnownPeer? peer) && ++peer.Failures >= PeerLimits.Failures && !peer.IsOperators)
        {
            _peers.Remove(location);
            IsChanged |= peer.IsProven;
        }
    }

    /// <summary>
    /// Peers in the order in which they are to be tried: those that have proven themselves and not failed since, those of the operator, then all others with few failures before
    /// many. Within each the order is chance's, and the sources take turns, so that a hundred peers of one do not come before a few of another.
    /// </summary>
    /// <param name="random">Gives the chance.</param>
    public IEnumerable<KnownPeer> InOrder(Random random)
    {
        KnownPeer[] shuffled = [.. _peers.Values];
        random.Shuffle(shuffled);
        var turns = new Dictionary<PeerSource, int>();
        return shuffled
            .Select(peer => (Peer: peer, Turn: turns[peer.Source] = turns.GetValueOrDefault(peer.Source) + 1))
            .OrderBy(entry => Rank(entry.Peer))
            .ThenBy(entry => entry.Turn)
            .Select(entry => entry.Peer);
    }

    /// <summary>The peers that are worth keeping, the best first.</summary>
    public ImmutableArray<KnownPeer> Best(int count) => [.. _peers.Values.OrderBy(Rank).ThenByDescending(peer => peer.LastSeen).Take(count)];

    private static int Rank(KnownPeer peer) => peer switch
    {
        { IsProven: true, Failures: 0 } => 0,
        { IsOperators: true } => 1,
        _ => 2 + peer.Failures,
    };

    private bool MakeRoom(PeerSource source)
    {
        KnownPeer[] unproven = [.. _peers.Values.Where(peer => peer is { IsProven: false, IsOperators: false })];
        KnownPeer[] sources = [.. unproven.Where(peer => peer.Source == source)];
        if (sources.Length >= PeerLimits.OfSource)
        {
            // What it told of last is as good as what it told of first, and it may have only now begun to tell the truth.
            return _peers.Remove(Worst(sources)!.Location);
        }

        // Anybody can connect here and tell of peers; trackers and peers that we chose ourselves are fewer, and keep their half.
        KnownPeer[] askers = source.IsAsker ? [.. unproven.Where(peer => peer.Source.IsAsker)] : [];
        if (askers.Length >= PeerLimits.OfAskers)
        {
            unproven = askers;
        }
        else if (_peers.Count < PeerLimits.OfSite)
        {
            return true;
        }

        // Of the source that has the most, so that new ones find a place whoever came first.
        return unproven.GroupBy(peer => peer.Source).MaxBy(group => group.Count()) is { } largest && largest.Count() > sources.Length && _peers.Remove(Worst(largest)!.Location);
    }

    private static KnownPeer? Worst(IEnumerable<KnownPeer> peers) => peers.OrderByDescending(peer => peer.Failures).ThenBy(peer => peer.LastSeen).FirstOrDefault();
}
