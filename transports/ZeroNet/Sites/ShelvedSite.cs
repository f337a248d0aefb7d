namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What is held in memory of a site that is kept: little, since there may be thousands. All else is on the disk.</summary>
/// <param name="address">The site.</param>
/// <param name="kind">Why it is kept.</param>
internal sealed class ShelvedSite(ZeroNetAddress address, SiteKind kind)
{
    /// <summary>The site.</summary>
    public ZeroNetAddress Address { get; } = address;

    /// <summary>Why it is kept.</summary>
    public SiteKind Kind { get; set; } = kind;

    /// <summary>When what it says was signed, in seconds since 1970; 0 while it says nothing.</summary>
    public long Modified { get; set; }

    /// <summary>When the newest content.json that was ever seen was signed, in seconds since 1970; 0 for none.</summary>
    public long Seen { get; set; }

    /// <summary>Until when its end points count, in seconds since 1970; 0 where it has none.</summary>
    public long Expires { get; set; }

    /// <summary>When it was last asked for, or changed.</summary>
    public DateTimeOffset LastUse { get; set; }

    /// <summary>The SHA-256 of the content.json on the disk, once its signature has been verified; null before.</summary>
    public byte[]? Verified { get; set; }

    /// <summary>What a content.json must be newer than; null for nothing. The newest one that was seen may come again, where it does not count yet or has been lost; and of an own one, another gateway with the same key may have signed in the same second.</summary>
    public long? Known => Seen == 0 ? null : Modified < Seen || Kind == SiteKind.Own ? Seen - 1 : Seen;
}
