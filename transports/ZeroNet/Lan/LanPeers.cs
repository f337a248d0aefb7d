using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Who was heard on the local network in the last 20 minutes, and what he has. A peer tells all of its sites, so that whoever is looked for here is never named on the network.
/// </summary>
/// <param name="clock">The clock.</param>
internal sealed class LanPeers(TimeProvider clock)
{
    private readonly Lock _gate = new();

    // Names are as easily taken as given: one counts only together with where it was heard.
    private readonly Dictionary<(string PeerId, IPAddress Host), LanPeer> _peers = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _peers.Values.Count(IsThere);
            }
        }
    }

    /// <summary>Notes that a peer was heard.</summary>
    /// <param name="sender">Who he says he is.</param>
    /// <param name="host">Where the datagram came from.</param>
    /// <returns>Whether he was not known.</returns>
    public bool Hear(LanSender sender, IPAddress host)
    {
        lock (_gate)
        {
            (string, IPAddress) key = (sender.PeerId, host);
            bool isKnown = _peers.TryGetValue(key, out LanPeer? peer) && IsThere(peer);
            if (!isKnown)
            {
                _peers.Remove(key);
                MakeRoom(host);
                _peers.Add(key, peer = new LanPeer());
            }

            peer!.Location = PeerLocation.Of(host, sender.Port);
            peer.Heard = clock.GetTimestamp();
            return !isKnown;
        }
    }

    /// <summary>Whether the list of a peer's sites was read after its last change.</summary>
    public bool IsRead(LanSender sender, IPAddress host, long changed)
    {
        lock (_gate)
        {
            return _peers.TryGetValue((sender.PeerId, host), out LanPeer? peer) && peer.SitesChanged == changed;
        }
    }

    /// <summary>Notes sites of a peer: in place of those of an earlier change, and beside others of the same.</summary>
    /// <param name="sender">The peer; one that was not heard of before is passed over.</param>
    /// <param name="host">Where the datagram came from.</param>
    /// <param name="changed">When its list changed.</param>
    /// <param name="sites">A part of the list.</param>
    /// <returns>Whether it was noted.</returns>
    public bool Take(LanSender sender, IPAddress host, long changed, ImmutableArray<SiteHash> sites)
    {
        lock (_gate)
        {
            if (!_peers.TryGetValue((sender.PeerId, host), out LanPeer? peer))
            {
                return false;
            }

            if (peer.SitesChanged != changed)
            {
                peer.SitesChanged = changed;
                peer.Sites.Clear();
            }

            peer.Sites.UnionWith(sites.Take(LanLimits.SitesOfPeer - peer.Sites.Count));
            return true;
        }
    }

    /// <summary>Tells of those who have a site.</summary>
    /// <param name="site">The site.</param>
    /// <param name="peers">Where they are noted.</param>
    /// <returns>How many were new there.</returns>
    public int Tell(ZeroNetAddress site, SitePeers peers)
    {
        var hash = SiteHash.Of(site);
        PeerLocation[] having;
        lock (_gate)
        {
            having = [.. _peers.Values.Where(peer => IsThere(peer) && peer.Sites.Contains(hash)).Select(static peer => peer.Location)];
        }

        return having.Sum(peer => peers.Add(site, [peer], PeerSource.Lan(peer.Host)));
    }

    /// <summary>Whether somebody said of himself that he is a peer there, and is there still.</summary>
    public bool Has(PeerLocation location)
    {
        lock (_gate)
        {
            return _peers.Values.Any(peer => peer.Location == location && IsThere(peer));
        }
    }

    /// <summary>Forgets those who are on no network any more that this machine is on: the same address elsewhere is another's.</summary>
    /// <param name="isThere">Whether an address is on one.</param>
    public void Keep(Func<IPAddress, bool> isThere)
    {
        lock (_gate)
        {
            foreach ((string PeerId, IPAddress Host) gone in _peers.Keys.Where(key => !isThere(key.Host)).ToArray())
            {
                _peers.Remove(gone);
            }
        }
    }

    private bool IsThere(LanPeer peer) => clock.GetElapsedTime(peer.Heard) < LanLimits.Lifetime;

    private void MakeRoom(IPAddress host)
    {
        (string PeerId, IPAddress Host)[] same = [.. _peers.Keys.Where(key => key.Host.Equals(host))];
        if (same.Length >= LanLimits.PeersOfHost)
        {
            _peers.Remove(same.MinBy(key => _peers[key].Heard));
        }
        else if (_peers.Count >= LanLimits.Peers)
        {
            _peers.Remove(_peers.MinBy(static peer => peer.Value.Heard).Key);
        }
    }
}
