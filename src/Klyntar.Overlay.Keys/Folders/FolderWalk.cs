using System.Runtime.Versioning;

namespace Klyntar.Overlay.Keys;

/// <summary>
/// Follows a path from the root, and sees to it that nobody but root and the user of this process can replace what it leads to: every folder above, and every symbolic link on the way,
/// is theirs and not writable by others (a sticky folder, such as /tmp, may be).
/// </summary>
/// <param name="stake">What is below, in messages: "secrets".</param>
[SupportedOSPlatform("linux")]
internal sealed class FolderWalk(string stake)
{
    public const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    public const uint Root = 0;

    // The kernel's own limit (path_resolution(7)).
    private const int MaxLinks = 40;

    private readonly uint _me = UnixNative.GetEffectiveUserId();

    /// <summary>The status of what is there.</summary>
    /// <exception cref="OverlayException">There is nothing, or the kernel refuses to say.</exception>
    public static UnixFileStatus Status(string path) =>
        UnixFileStatus.Of(path) ?? throw new OverlayException($"The folder {path} vanished while it was examined. Try again.");

    /// <summary>Follows a path. The folder at its end is not checked itself.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="make">Makes a folder that is missing.</param>
    /// <returns>The path without symbolic links.</returns>
    /// <exception cref="OverlayException">Somebody else could replace what is there, or no folder is.</exception>
    public string Follow(string path, Action<string> make)
    {
        Stack<string> ahead = new();
        Push(ahead, path);
        string current = "/";
        int links = 0;
        CheckAncestor(current, Status(current));
        while (ahead.TryPop(out string? name))
        {
            if (name == "..")
            {
                current = Path.GetDirectoryName(current) ?? "/";
                continue;
            }

            string next = Path.Join(current, name);
            if (UnixFileStatus.Of(next) is not { } status)
            {
                make(next);
                FolderSync.Sync(current);
                status = Status(next);
            }

            switch (status.Kind)
            {
                case UnixFileKind.SymbolicLink:
                    if (++links > MaxLinks)
                    {
                        throw new OverlayException($"The folder {path} leads through too many symbolic links. Give its real path.");
                    }

                    CheckOwner(next, "symbolic link", status);
                    string target = new FileInfo(next).LinkTarget ?? throw new OverlayException($"The symbolic link {next} changed while it was read. Try again.");
                    if (Path.IsPathRooted(target))
                    {
                        current = "/";
                    }

                    Push(ahead, target);
                    break;
                case UnixFileKind.Directory:
                    current = next;
                    if (ahead.Count > 0)
                    {
                        CheckAncestor(current, status);
                    }

                    break;
                default:
                    throw new OverlayException($"{next} is in the way: a folder is wanted there. Move it, or name another folder.");
            }
        }

        return current;
    }

    private static void Push(Stack<string> ahead, string path)
    {
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (part != ".")
            {
                ahead.Push(part);
            }
        }
    }

    private void CheckAncestor(string path, UnixFileStatus status)
    {
        CheckOwner(path, "folder", status);
        if ((status.Mode & OthersWrite) != 0 && (status.Mode & UnixFileMode.StickyBit) == 0)
        {
            throw new OverlayException($"The folder {path} can be written by others (mode {Shell.Octal(status.Mode)}), who could replace the {stake} below it. Run: chmod go-w {Shell.Quote(path)}");
        }
    }

    private void CheckOwner(string path, string what, UnixFileStatus status)
    {
        if (status.Owner != Root && status.Owner != _me)
        {
            throw new OverlayException($"The {what} {path} belongs to uid {status.Owner}, who could replace the {stake} below it; it must belong to root or to uid {_me}. Name another folder, or run as that user.");
        }
    }
}
