using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Sandbox;

/// <summary>The folder of one sandbox, 0700 and locked: one that was named stays, one that was made is deleted at the end.</summary>
public sealed class SandboxFolder : IDisposable
{
    private const string Prefix = "klyntar-private-network-";

    // No other part of the program may use this prefix: what looks left over is deleted. A folder that is younger may be another sandbox's that has not locked it yet.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(1);

    private readonly DataFolder _folder;

    private SandboxFolder(DataFolder folder, bool isTemporary)
    {
        _folder = folder;
        IsTemporary = isTemporary;
    }

    /// <summary>Its absolute path.</summary>
    public string Path => _folder.Path;

    /// <summary>Whether it is deleted at the end.</summary>
    public bool IsTemporary { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">Which, or null for a new one among the temporary files.</param>
    /// <exception cref="OverlayException">It is in use or not ours.</exception>
    public static SandboxFolder Open(string? path)
    {
        if (path is not null)
        {
            return new SandboxFolder(DataFolder.Open(System.IO.Path.GetFullPath(path)), isTemporary: false);
        }

        DeleteLeftovers(System.IO.Path.GetTempPath());
        return new SandboxFolder(DataFolder.Open(Directory.CreateTempSubdirectory(Prefix).FullName), isTemporary: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsTemporary)
        {
            Delete(Path);
        }

        _folder.Dispose();
    }

    /// <summary>Deletes the folders of sandboxes that were killed: nobody holds their locks.</summary>
    internal static void DeleteLeftovers(string temporaryFiles)
    {
        foreach (string path in Directory.EnumerateDirectories(temporaryFiles, Prefix + "*"))
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(path) < LeftoverAge)
            {
                continue;
            }

            try
            {
                using DataFolder unused = DataFolder.Open(path);
                Delete(path);
            }
            catch (OverlayException)
            {
                // In use, or another user's.
            }
        }
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is among the temporary files: the system clears them too, and so does the next sandbox.
        }
    }
}
