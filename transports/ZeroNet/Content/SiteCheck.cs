namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Decides whether a content.json is taken for a site's.</summary>
/// <remarks>Sites whose content.json several keys have to sign are not taken: real nodes know them, and none of ours is one.</remarks>
internal static class SiteCheck
{
    /// <summary>How far ahead of this machine's clock a content.json may have been signed.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromHours(24);

    /// <summary>Decides. Cheap refusals come first: a signature costs a hundred times as much as all else.</summary>
    /// <param name="content">What was sent.</param>
    /// <param name="site">The site that it was sent as.</param>
    /// <param name="known">When the newest one that is known was signed, in seconds since 1970; null for none.</param>
    /// <param name="now">The time.</param>
    public static SiteVerdict Of(SiteContent content, ZeroNetAddress site, long? known, DateTimeOffset now)
    {
        if (content.Address != site.Text)
        {
            return SiteVerdict.ForeignSite;
        }

        if (content.Modified > now.Add(MostAhead).ToUnixTimeSeconds())
        {
            return SiteVerdict.FromTheFuture;
        }

        if (known is { } newest && content.Modified <= newest)
        {
            return SiteVerdict.NotNewer;
        }

        return content.Signatures.TryGetValue(site.Text, out string? signature) && ZeroNetSignature.Recover(content.SignedText.Span, signature) == site
            ? SiteVerdict.Accepted
            : SiteVerdict.BadSignature;
    }
}
