namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A site that is kept, as whoever shows it sees it.</summary>
/// <param name="Site">The site.</param>
/// <param name="Kind">Why it is kept.</param>
/// <param name="Modified">When what it says was signed, in seconds since 1970; null while nothing is known of it.</param>
/// <param name="Expires">Until when its end points count, in seconds since 1970; null where it has none.</param>
internal sealed record ShelfEntry(ZeroNetAddress Site, SiteKind Kind, long? Modified, long? Expires);
