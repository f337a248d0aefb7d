using System.Runtime.Versioning;

namespace Klyntar.Overlay.Keys;

/// <summary>Makes and checks folders that hold secrets.</summary>
/// <remarks>
/// On Linux the folder is ours and nobody else may enter it, and nobody but us and root can replace it: every
/// folder above it, and every symbolic link on the way, belongs to root or to us and is not writable by others
/// (a sticky one, such as /tmp, may be). On other Unix systems only the folder's own mode is checked. On Windows the
/// access control list inherited from the user's profile is relied on.
/// </remarks>
internal static class SecretFolder
{
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const uint Root = 0;

    // The kernel's own limit (path_resolution(7)).
    private const int MaxLinks = 40;

    /// <summary>Makes a folder where it is missing, with its missing parents, and checks it.</summary>
    /// <returns>Its absolute path, without symbolic links where the system tells.</returns>
    /// <exception cref="OverlayException">It cannot be made, or somebody else could read or replace it.</exception>
    public static string Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (OperatingSystem.IsLinux())
        {
            return Walk(full);
        }

        if (!Directory.Exists(full))
        {
            Make(full);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(full) & Others) is not 0 and var mode)
        {
            throw TooOpen(full, mode);
        }

        return full;
    }

    /// <summary>Checks a folder that <see cref="Open"/> returned, again.</summary>
    public static void Recheck(string path) => _ = Open(path);

    [SupportedOSPlatform("linux")]
    private static string Walk(string path)
    {
        uint me = UnixNative.GetEffectiveUserId();
        Stack<string> ahead = new();
        Push(ahead, path);
        string current = "/";
        int links = 0;
        CheckAncestor(current, Status(current), me);
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
                Make(next);
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

                    CheckOwner(next, "symbolic link", status, me);
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
                        CheckAncestor(current, status, me);
                    }

                    break;
                default:
                    throw new OverlayException($"{next} is in the way: a folder is wanted there. Move it, or name another folder.");
            }
        }

        CheckOwn(current, Status(current), me);
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

    [SupportedOSPlatform("linux")]
    private static UnixFileStatus Status(string path) =>
        UnixFileStatus.Of(path) ?? throw new OverlayException($"The folder {path} vanished while it was examined. Try again.");

    [SupportedOSPlatform("linux")]
    private static void CheckOwn(string path, UnixFileStatus status, uint me)
    {
        if (status.Owner != me)
        {
            throw new OverlayException($"The folder {path} belongs to uid {status.Owner} and this process runs as uid {me}. Run as that user, or: chown {me} {Shell.Quote(path)}");
        }

        if ((status.Mode & Others) != 0)
        {
            throw TooOpen(path, status.Mode);
        }
    }

    [SupportedOSPlatform("linux")]
    private static void CheckAncestor(string path, UnixFileStatus status, uint me)
    {
        CheckOwner(path, "folder", status, me);
        if ((status.Mode & OthersWrite) != 0 && (status.Mode & UnixFileMode.StickyBit) == 0)
        {
            throw new OverlayException($"The folder {path} can be written by others (mode {Shell.Octal(status.Mode)}), who could replace the secrets below it. Run: chmod go-w {Shell.Quote(path)}");
        }
    }

    [SupportedOSPlatform("linux")]
    private static void CheckOwner(string path, string what, UnixFileStatus status, uint me)
    {
        if (status.Owner != Root && status.Owner != me)
        {
            throw new OverlayException($"The {what} {path} belongs to uid {status.Owner}, who could replace the secrets below it; it must belong to root or to uid {me}. Name another folder, or run as that user.");
        }
    }

    private static OverlayException TooOpen(string path, UnixFileMode mode) =>
        new($"The folder {path} is open to others (mode {Shell.Octal(mode)}), and it holds secrets. Run: chmod 700 {Shell.Quote(path)}");

    private static void Make(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, FolderMode);

                // The umask may have taken bits away.
                File.SetUnixFileMode(path, FolderMode);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The folder {path} cannot be made: {e.Message} Make it, or name another folder.", e);
        }
    }
}
