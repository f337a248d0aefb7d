namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What became of a content.json that somebody sent.</summary>
internal enum SiteTaking
{
    /// <summary>It is what the site says from now on.</summary>
    Current,

    /// <summary>It is the site's own and newer, and counts once the end points that it lists have come too. Until then the site says what it said.</summary>
    AwaitsFiles,

    /// <summary>The site is not kept here.</summary>
    UnknownSite,

    /// <summary>It cannot be read.</summary>
    Unreadable,

    /// <summary>It is larger than is kept, or lists end points that are.</summary>
    TooLarge,

    /// <summary>See <see cref="SiteVerdict.NotNewer"/>.</summary>
    NotNewer,

    /// <summary>See <see cref="SiteVerdict.FromTheFuture"/>.</summary>
    FromTheFuture,

    /// <summary>See <see cref="SiteVerdict.ForeignSite"/>.</summary>
    ForeignSite,

    /// <summary>See <see cref="SiteVerdict.BadSignature"/>.</summary>
    BadSignature,

    /// <summary>It is a newer one of a site that is signed here: somebody else signs with the same key. Ours is signed anew when it is next published.</summary>
    SignedElsewhere,

    /// <summary>It could not be written to the disk.</summary>
    NotWritten,
}
