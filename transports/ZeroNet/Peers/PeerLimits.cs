namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Caps on the peers of sites.</summary>
internal static class PeerLimits
{
    /// <summary>The most peers of one site.</summary>
    public const int OfSite = 256;

    /// <summary>The most peers of one site that one source may have told of, until they have proven themselves.</summary>
    public const int OfSource = 32;

    /// <summary>The most peers of one site that all who connected here have told of, until those have proven themselves.</summary>
    public const int OfAskers = OfSite / 2;

    /// <summary>The most sites whose peers are in memory: some 16 MB, were all made up. Those asked for the longest ago go, and are read back from the disk.</summary>
    public const int Sites = 256;

    /// <summary>How often in a row a peer may fail before it is dropped: as often as with real nodes.</summary>
    public const int Failures = 6;

    /// <summary>The most peers that are tried to find one site, whatever is known of them.</summary>
    public const int Attempts = 16;

    /// <summary>The most peers of a site that are kept on the disk.</summary>
    public const int Cached = 64;

    /// <summary>The largest file of a site's peers, in bytes.</summary>
    public const int CacheBytes = 16 * 1024;

    /// <summary>The most sites whose peers are kept on the disk. Those written the longest ago go first.</summary>
    public const int CachedSites = 4_096;
}
