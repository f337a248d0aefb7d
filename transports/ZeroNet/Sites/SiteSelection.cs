using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Which of the files that a site lists are kept: the end points first, then as many others in the order of their paths as the caps allow.</summary>
internal static class SiteSelection
{
    /// <summary>Selects.</summary>
    /// <param name="content">The site's content.json.</param>
    /// <param name="contentBytes">Its own size, in bytes.</param>
    /// <returns>The files to keep, by path; null where the end points are listed and too large to be any, so that the site is of no use.</returns>
    public static ImmutableSortedDictionary<string, SiteFile>? Of(SiteContent content, int contentBytes)
    {
        var kept = ImmutableSortedDictionary.CreateBuilder<string, SiteFile>(StringComparer.Ordinal);
        long room = SiteLimits.SiteBytes - contentBytes;
        if (content.Files.TryGetValue(EndPointRecord.FileName, out SiteFile? record))
        {
            if (record.Size > EndPointRecord.MostSize)
            {
                return null;
            }

            kept.Add(EndPointRecord.FileName, record);
            room -= record.Size;
        }

        foreach ((string path, SiteFile file) in content.Files)
        {
            // A file that is listed by the name of the list itself would hide it.
            if (kept.Count < SiteLimits.Files && file.Size <= room && path != SiteContent.FileName && kept.TryAdd(path, file))
            {
                room -= file.Size;
            }
        }

        return kept.ToImmutable();
    }
}
