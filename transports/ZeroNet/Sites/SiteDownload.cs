namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Brings a site onto the shelf from somebody who has it.</summary>
internal static class SiteDownload
{
    /// <summary>Gives the shelf a content.json, and then the files that it still wants.</summary>
    /// <param name="shelf">The shelf.</param>
    /// <param name="site">The site.</param>
    /// <param name="content">The content.json, from anybody.</param>
    /// <param name="fetchAsync">Fetches a file; null where it is not to be had. Its bytes are checked here.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <returns>What became of it: where it still waits, its end points were not to be had, and somebody else may have them.</returns>
    public static async Task<SiteTaking> TakeAsync(
        SiteShelf shelf, ZeroNetAddress site, ReadOnlyMemory<byte> content, Func<WantedFile, CancellationToken, Task<ReadOnlyMemory<byte>?>> fetchAsync, CancellationToken cancellationToken)
    {
        SiteTaking taking = shelf.Take(site, content);
        if (taking is not (SiteTaking.Current or SiteTaking.AwaitsFiles or SiteTaking.NotNewer))
        {
            return taking;
        }

        // Also of a site that is known already: files may have been missing when it was taken.
        foreach (WantedFile wanted in shelf.Wanted(site))
        {
            if (await fetchAsync(wanted, cancellationToken).ConfigureAwait(false) is { } bytes
                && shelf.Give(site, wanted.Path, bytes) == SiteGiving.Kept
                && wanted.Path == EndPointRecord.FileName && taking == SiteTaking.AwaitsFiles)
            {
                taking = SiteTaking.Current;
            }
        }

        return taking;
    }
}
