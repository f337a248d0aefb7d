namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A file of a site that is to be had from a peer.</summary>
/// <param name="Path">Its path in the site.</param>
/// <param name="File">Its size and hash.</param>
internal sealed record WantedFile(string Path, SiteFile File);
