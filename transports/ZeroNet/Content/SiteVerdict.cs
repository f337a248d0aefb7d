namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What becomes of a content.json that somebody sent: the refusals are those of real nodes.</summary>
internal enum SiteVerdict
{
    /// <summary>It is the site's own, and newer than what is known.</summary>
    Accepted,

    /// <summary>It is no newer than what is known. Who sends an older one may want to undo something.</summary>
    NotNewer,

    /// <summary>It says to have been signed more than a day from now, after which nothing newer could be taken.</summary>
    FromTheFuture,

    /// <summary>It says to be another site's.</summary>
    ForeignSite,

    /// <summary>It is not signed by the site's key, or was changed since.</summary>
    BadSignature,
}
