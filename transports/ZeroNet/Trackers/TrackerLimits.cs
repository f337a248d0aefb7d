namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Caps of our own tracker.</summary>
internal static class TrackerLimits
{
    /// <summary>How long an entry lasts after its announcement: as long as with real trackers. Nodes announce every 20 minutes or so.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(40);

    /// <summary>How often entries that have ended are taken away.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    /// <summary>The most sites.</summary>
    public const int Sites = 20_000;

    /// <summary>The most peers of a site.</summary>
    public const int OfSite = 256;

    /// <summary>The most peers of a site that one source announced: onions are made at will.</summary>
    public const int OfSiteAndSource = 16;

    /// <summary>The most entries of one source: an IPv4 address, 64 bits of an IPv6 address.</summary>
    public const int OfSource = 1_000;

    /// <summary>The most entries of all who announce over overlays, and so cannot be told apart.</summary>
    public const int OfOverlays = 10_000;

    /// <summary>The most sites of one announcement that are read. Real nodes have up to some hundreds.</summary>
    public const int SitesAtOnce = 500;

    /// <summary>The most proofs of one announcement that are verified; each takes some tenths of a millisecond.</summary>
    public const int ProofsAtOnce = 32;

    /// <summary>The most peers of a site that are told at once: as many as real trackers tell.</summary>
    public const int Told = 30;
}
