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
    private static string Walk(string full)
    {
        string path = new FolderWalk("secrets").Follow(full, Make);
        UnixFileStatus status = FolderWalk.Status(path);
        uint me = UnixNative.GetEffectiveUserId();
        if (status.Owner != me)
        {
            throw new OverlayException($"The folder {path} belongs to uid {status.Owner} and this process runs as uid {me}. Run as that user, or: chown {me} {Shell.Quote(path)}");
        }

        return (status.Mode & Others) == 0 ? path : throw TooOpen(path, status.Mode);
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
