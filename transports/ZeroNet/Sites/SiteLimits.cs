namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Caps on the sites that are kept. What is beyond them is not kept, and asked for in vain.</summary>
internal static class SiteLimits
{
    /// <summary>The largest content.json, in bytes. Ours are below a thousand.</summary>
    public const int ContentBytes = 64 * 1024;

    /// <summary>The most files of a site.</summary>
    public const int Files = 32;

    /// <summary>The most bytes of a site, content.json among them.</summary>
    public const int SiteBytes = 256 * 1024;

    /// <summary>The most sites of our own.</summary>
    public const int Own = 64;

    /// <summary>The most followed sites.</summary>
    public const int Followed = 4_096;

    /// <summary>The most visited sites: a quarter of a gigabyte, where all of them are as large as may be.</summary>
    public const int Visited = 1_024;

    /// <summary>The most sites of which it is remembered when the newest content.json was signed. Those that are kept are always among them.</summary>
    public const int Marks = 16_384;

    /// <summary>The most sites whose next content.json waits for its files at a time. The oldest wait ends first.</summary>
    public const int Waiting = 64;

    /// <summary>How far ahead of the clock what we signed last may be, for us to sign again all the same: clocks of machines that are set by the network differ by less.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);
}
