using System.Runtime.Versioning;

namespace Klyntar.Overlay.Keys;

/// <summary>A folder of code that is to be run: nobody but root and the user of this process can change what is in it.</summary>
/// <remarks>
/// On Linux, every file and folder in it, and all that leads to it, belongs to root or to us and is not writable by others; symbolic links stay inside. On other systems only links are
/// looked at, and who may write is the folder's own business: keep it where your profile is.
/// </remarks>
public static class ProgramFolder
{
    /// <summary>Lists the files of a folder and of those below it, once it is certain who can change them.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="what">What is in it, in messages: "plugin".</param>
    /// <param name="most">More files and folders than this are refused.</param>
    /// <param name="isToBeCopied">Whether it is only to be copied by somebody who has looked at it: then whoever may write is not asked after.</param>
    /// <returns>Their paths relative to the folder, with '/' between names, in ordinal order.</returns>
    /// <exception cref="OverlayException">Somebody else could change it, a link leads out of it, or it holds what is neither file nor folder.</exception>
    public static IReadOnlyList<string> Files(string path, string what, int most, bool isToBeCopied = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(what);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (OperatingSystem.IsLinux() && !isToBeCopied)
        {
            full = FollowWay(full, what);
        }

        var files = new List<string>();
        var open = new Stack<string>([full]);
        int seen = 0;
        while (open.TryPop(out string? folder))
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (++seen > most)
                {
                    throw new OverlayException($"The {what} {full} holds more than {most} files and folders: it is not what it should be. Name the folder of the {what} alone.");
                }

                if (OperatingSystem.IsLinux())
                {
                    CheckEntry(entry.FullName, what, isToBeCopied);
                }

                if (entry.LinkTarget is not null)
                {
                    CheckLink(entry, full, what);
                }

                if (entry is DirectoryInfo)
                {
                    // What a link leads to is inside, and so is met itself.
                    if (entry.LinkTarget is null)
                    {
                        open.Push(entry.FullName);
                    }
                }
                else
                {
                    files.Add(Path.GetRelativePath(full, entry.FullName).Replace(Path.DirectorySeparatorChar, '/'));
                }
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    [SupportedOSPlatform("linux")]
    private static string FollowWay(string full, string what)
    {
        string real = new FolderWalk(what).Follow(full, missing => throw new OverlayException($"There is no folder {missing}. Check its path."));
        CheckEntry(real, what, isToBeCopied: false);
        return real;
    }

    [SupportedOSPlatform("linux")]
    private static void CheckEntry(string path, string what, bool isToBeCopied)
    {
        UnixFileStatus status = FolderWalk.Status(path);
        uint me = UnixNative.GetEffectiveUserId();
        if (!isToBeCopied && status.Owner != FolderWalk.Root && status.Owner != me)
        {
            throw new OverlayException($"{path} belongs to uid {status.Owner}, who could change the {what}; it must belong to root or to uid {me}. Make sure of what it holds, then: chown {me} {Shell.Quote(path)}");
        }

        switch (status.Kind)
        {
            case UnixFileKind.SymbolicLink:
                // A link has no mode of its own, and its owner alone replaces it.
                return;
            case UnixFileKind.Directory or UnixFileKind.Regular when !isToBeCopied && (status.Mode & FolderWalk.OthersWrite) != 0:
                throw new OverlayException($"{path} can be written by others (mode {Shell.Octal(status.Mode)}), who could change the {what}. Make sure of what it holds, then: chmod go-w {Shell.Quote(path)}");
            case UnixFileKind.Directory or UnixFileKind.Regular:
                return;
            default:
                throw new OverlayException($"{path} is neither a file nor a folder, and a {what} has nothing else. Remove it.");
        }
    }

    private static void CheckLink(FileSystemInfo link, string folder, string what)
    {
        FileSystemInfo? target;
        try
        {
            target = link.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException e)
        {
            throw new OverlayException($"The symbolic link {link.FullName} of the {what} cannot be followed: {e.Message} Remove it.", e);
        }

        if (target is not { Exists: true } || !target.FullName.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new OverlayException($"The symbolic link {link.FullName} leads out of the {what}, to {target?.FullName}. Copy what it means into the folder.");
        }
    }
}
