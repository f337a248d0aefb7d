namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Where a site's gateway is reached, as the site's key has signed it.</summary>
/// <param name="Record">The end points.</param>
/// <param name="Modified">When they were signed, in seconds since 1970.</param>
/// <param name="IsExpired">Whether they count no more.</param>
internal sealed record SiteRecord(EndPointRecord Record, long Modified, bool IsExpired);
