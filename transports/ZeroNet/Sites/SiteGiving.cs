namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What became of a file that somebody sent.</summary>
internal enum SiteGiving
{
    /// <summary>It is kept, and seen from now on or when the content.json that lists it counts.</summary>
    Kept,

    /// <summary>Nobody asked for it: the site is not kept, does not list it, or lists it beyond the caps.</summary>
    NotWanted,

    /// <summary>It is not what the site's content.json lists: another size, or another hash.</summary>
    NotAsListed,

    /// <summary>It could not be written to the disk.</summary>
    NotWritten,
}
