using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Our own zero:// tracker: what nodes announced in the last 40 minutes. An IP address is taken from the connection alone, and an onion only with a proof by its key, so that nobody
/// announces somebody else.
/// </summary>
internal sealed class TrackerTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SiteHash, Dictionary<PackedPeer, TrackedPeer>> _sites = [];
    private readonly Dictionary<PeerSource, int> _bySource = [];
    private readonly OnionChallenge _challenge;
    private readonly TimeProvider _clock;
    private readonly bool _allowPrivate;
    private DateTimeOffset _nextSweep;

    /// <summary>An empty table.</summary>
    /// <param name="clock">Tells the time.</param>
    /// <param name="allowPrivate">Whether addresses of somebody's own network are taken, as on a private network of this machine.</param>
    public TrackerTable(TimeProvider clock, bool allowPrivate)
    {
        _clock = clock;
        _allowPrivate = allowPrivate;
        _challenge = new OnionChallenge(clock);
    }

    /// <summary>How many sites it has peers of; some may have ended since it was last swept.</summary>
    public int Sites
    {
        get
        {
            lock (_gate)
            {
                return _sites.Count;
            }
        }
    }

    /// <summary>Notes an announcement, and tells of other peers of the same sites.</summary>
    /// <param name="announcement">The announcement.</param>
    /// <param name="address">Where it came from; null where it came over an overlay.</param>
    /// <param name="connection">What tells its connection from all others.</param>
    public AnnounceAnswer Announce(AnnounceParams announcement, IPAddress? address, ReadOnlySpan<byte> connection)
    {
        int count = Math.Min(announcement.Hashes.Length, TrackerLimits.SitesAtOnce);
        SiteHash[] hashes = [.. announcement.Hashes.Take(count).Select(hash => new SiteHash(hash.Span))];

        // Signatures are verified where nobody waits for it.
        string[] onions = [.. announcement.Onions.Take(count).Select(onion => OnionName.TryRead(onion, out string? name) ? name : "")];
        HashSet<string> proven = Proven(announcement, connection);
        bool asksProof = onions.Any(onion => onion.Length > 0 && !proven.Contains(onion));
        var source = PeerSource.Asker(address);
        HashSet<PackedPeer> own = [];
        lock (_gate)
        {
            Sweep();
            if (PeerOf(announcement, address) is { } peer)
            {
                own.Add(peer);
                if (announcement.DeletesOthers)
                {
                    Remove(peer, [.. hashes]);
                }

                foreach (SiteHash hash in hashes)
                {
                    Add(hash, peer, source);
                }
            }

            for (int i = 0; i < onions.Length; i++)
            {
                if (onions[i].Length > 0 && IsPort(announcement.Port))
                {
                    var onion = new PackedPeer(PeerAddressKind.Onion, onions[i] + OnionName.Suffix, announcement.Port);
                    own.Add(onion);
                    if (proven.Contains(onions[i]))
                    {
                        Add(hashes[i], onion, source);
                    }
                }
            }

            int told = Math.Min(announcement.NeedCount, TrackerLimits.Told);
            return new AnnounceAnswer(
                [.. hashes.Select(hash => Told(hash, announcement.NeedTypes, told, own))],
                asksProof ? _challenge.Give(connection) : null,
                announcement.NeedTypes.Contains(AnnounceParams.OldIPv4));
        }
    }

    /// <summary>Notes this gateway itself, which need not prove to itself who it is.</summary>
    /// <param name="site">A site that it serves.</param>
    /// <param name="self">Where it is reached.</param>
    public void Add(ZeroNetAddress site, PackedPeer self)
    {
        lock (_gate)
        {
            Sweep();
            Add(SiteHash.Of(site), self, PeerSource.Operator);
        }
    }

    /// <summary>Peers of a site, for this gateway itself.</summary>
    public ImmutableArray<PackedPeer> Find(ZeroNetAddress site)
    {
        lock (_gate)
        {
            return Told(SiteHash.Of(site), [AnnounceParams.IPv4, AnnounceParams.IPv6, AnnounceParams.Onion], TrackerLimits.Told, []);
        }
    }

    private static bool IsPort(int port) => port is > 1 and <= IPEndPoint.MaxPort;

    private HashSet<string> Proven(AnnounceParams announcement, ReadOnlySpan<byte> connection)
    {
        HashSet<string> proven = [];
        if (announcement.OnionSignThis is { } text && _challenge.IsGood(text, connection))
        {
            foreach (OnionSignature signature in announcement.OnionSignatures.Take(TrackerLimits.ProofsAtOnce))
            {
                if (OnionProof.Verify(signature, text) is { } onion)
                {
                    proven.Add(onion);
                }
            }
        }

        return proven;
    }

    private PackedPeer? PeerOf(AnnounceParams announcement, IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        var location = PeerLocation.Of(address, announcement.Port);
        if (!location.IsUsable(_allowPrivate))
        {
            return null;
        }

        bool isAdded = location.Kind == PeerLocationKind.IPv4
            ? announcement.Add.Contains(AnnounceParams.IPv4) || announcement.Add.Contains(AnnounceParams.OldIPv4)
            : announcement.Add.Contains(AnnounceParams.IPv6);
        return isAdded ? location.Pack() : null;
    }

    private void Add(SiteHash hash, PackedPeer peer, PeerSource source)
    {
        if (!_sites.TryGetValue(hash, out Dictionary<PackedPeer, TrackedPeer>? peers))
        {
            if (_sites.Count >= TrackerLimits.Sites)
            {
                return;
            }

            _sites.Add(hash, peers = []);
        }

        var entry = new TrackedPeer(_clock.GetUtcNow() + TrackerLimits.Lifetime, source);
        if (peers.TryGetValue(peer, out TrackedPeer known))
        {
            // It counts for whoever announced it first, so that one source does not spend another's share.
            peers[peer] = entry with { Source = known.Source };
            return;
        }

        int most = source == PeerSource.Overlay ? TrackerLimits.OfOverlays : TrackerLimits.OfSource;
        int mostHere = source == PeerSource.Overlay ? TrackerLimits.OfSite / 2 : TrackerLimits.OfSiteAndSource;
        if (peers.Count < TrackerLimits.OfSite && _bySource.GetValueOrDefault(source) < most && peers.Values.Count(other => other.Source == source) < mostHere)
        {
            peers.Add(peer, entry);
            _bySource[source] = _bySource.GetValueOrDefault(source) + 1;
        }
        else if (peers.Count == 0)
        {
            _sites.Remove(hash);
        }
    }

    private void Remove(PackedPeer peer, HashSet<SiteHash> but)
    {
        foreach ((SiteHash hash, Dictionary<PackedPeer, TrackedPeer> peers) in _sites)
        {
            if (!but.Contains(hash) && peers.Remove(peer, out TrackedPeer entry))
            {
                Release(entry.Source);
                if (peers.Count == 0)
                {
                    // A dictionary may lose entries while it is gone through.
                    _sites.Remove(hash);
                }
            }
        }
    }

    private ImmutableArray<PackedPeer> Told(SiteHash hash, ImmutableArray<string> kinds, int count, HashSet<PackedPeer> without)
    {
        if (count == 0 || !_sites.TryGetValue(hash, out Dictionary<PackedPeer, TrackedPeer>? peers))
        {
            return [];
        }

        DateTimeOffset now = _clock.GetUtcNow();
        PackedPeer[] wanted = [.. peers.Where(peer => peer.Value.Until > now && !without.Contains(peer.Key) && IsWanted(peer.Key.Kind, kinds)).Select(peer => peer.Key)];
        Random.Shared.Shuffle(wanted);
        return [.. wanted.Take(count)];
    }

    private static bool IsWanted(PeerAddressKind kind, ImmutableArray<string> kinds) => kind switch
    {
        PeerAddressKind.IPv4 => kinds.Contains(AnnounceParams.IPv4) || kinds.Contains(AnnounceParams.OldIPv4),
        PeerAddressKind.IPv6 => kinds.Contains(AnnounceParams.IPv6),
        _ => kinds.Contains(AnnounceParams.Onion),
    };

    private void Sweep()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + TrackerLimits.Sweep;
        foreach ((SiteHash hash, Dictionary<PackedPeer, TrackedPeer> peers) in _sites)
        {
            foreach ((PackedPeer peer, TrackedPeer entry) in peers)
            {
                if (entry.Until <= now)
                {
                    peers.Remove(peer);
                    Release(entry.Source);
                }
            }

            if (peers.Count == 0)
            {
                _sites.Remove(hash);
            }
        }
    }

    private void Release(PeerSource source)
    {
        int left = _bySource.GetValueOrDefault(source) - 1;
        if (left > 0)
        {
            _bySource[source] = left;
        }
        else
        {
            _bySource.Remove(source);
        }
    }
}
