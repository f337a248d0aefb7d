using System.Collections.Immutable;

namespace Klyntar.Overlay.BinFetch;

/// <summary>The sizes of files below a folder: one that differs was damaged.</summary>
internal static class FileSizes
{
    /// <summary>Whether all files are there, each of its size.</summary>
    public static bool AreRight(string folder, ImmutableSortedDictionary<string, long> files)
    {
        try
        {
            return files.All(file => new FileInfo(Path.Combine(folder, file.Key)) is { Exists: true } info && info.Length == file.Value);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
