namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A peer that was heard on the local network.</summary>
internal sealed class LanPeer
{
    /// <summary>Where it is a peer.</summary>
    public PeerLocation Location { get; set; }

    /// <summary>When it was last heard, by the clock's time stamps.</summary>
    public long Heard { get; set; }

    /// <summary>Of which change its list of sites was read; null before it was.</summary>
    public long? SitesChanged { get; set; }

    /// <summary>The sites that it has.</summary>
    public HashSet<SiteHash> Sites { get; } = [];
}
