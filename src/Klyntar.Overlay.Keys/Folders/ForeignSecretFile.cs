using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.Keys;

/// <summary>A small secret that another program shares with us by a file of its own, such as tor's cookie: a regular file that strangers cannot read or write.</summary>
public static class ForeignSecretFile
{
    private const UnixFileMode Strangers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads a file.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="what">What it is called in messages, such as "cookie file".</param>
    /// <param name="maxSize">More bytes than this are refused.</param>
    /// <param name="owner">Whose it is; null where the platform does not tell.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="OverlayException">It is missing, no regular file, open to strangers, too large, or closed to us: then the message names its user and group.</exception>
    public static byte[] Read(string path, string what, int maxSize, out FileOwner? owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        owner = null;
        UnixFileStatus expected = default;
        if (OperatingSystem.IsLinux())
        {
            // Looked at before it is opened, since opening a pipe would wait for its writer.
            expected = StatusOf(path, what) ?? throw Missing(path, what, null);
            Check(path, what, expected);
            owner = FileOwner.Of(expected);
        }

        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (OperatingSystem.IsLinux()
                && (UnixFileStatus.Of(file, path) is not { } opened || (opened.Device, opened.Inode) != (expected.Device, expected.Inode)))
            {
                throw new OverlayException($"The {what} {path} was replaced while it was read. Try again.");
            }

            var bytes = new byte[maxSize + 1];
            int read = 0;
            for (int n; read < bytes.Length && (n = RandomAccess.Read(file, bytes.AsSpan(read), read)) > 0;)
            {
                read += n;
            }

            return read <= maxSize
                ? bytes[..read]
                : throw new OverlayException($"The {what} {path} has more than {maxSize} bytes: it is not what it should be. Find out what wrote it.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(path, what, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new OverlayException(Closed(path, what), e);
        }
        catch (IOException e)
        {
            throw new OverlayException($"The {what} {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Who may use a file that is closed to us, and what to do about it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is called in messages.</param>
    public static string Closed(string path, string what) => FileOwner.Of(path) is not { } owner
        ? $"The {what} {path} is closed to the user {Environment.UserName}."
        : (owner.Mode & UnixFileMode.GroupRead) != 0
            ? $"The {what} {path} is of the user {owner.User} and the group {owner.Group}, and the user {Environment.UserName} may not use it. Add yourself to the group with 'sudo adduser {Environment.UserName} {owner.Group}', then log in again."
            : $"The {what} {path} is of the user {owner.User} alone (group {owner.Group}, mode {Shell.Octal(owner.Mode)}), and the user {Environment.UserName} may not use it. Let that program open it to its group, and add yourself to the group.";

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static UnixFileStatus? StatusOf(string path, string what)
    {
        try
        {
            return UnixFileStatus.Of(path);
        }
        catch (OverlayException e)
        {
            throw new OverlayException(Closed(Path.GetDirectoryName(path) ?? path, $"folder of the {what}"), e);
        }
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static void Check(string path, string what, UnixFileStatus status)
    {
        if (status.Kind != UnixFileKind.Regular)
        {
            throw new OverlayException($"The {what} {path} is {(status.Kind == UnixFileKind.SymbolicLink ? "a symbolic link" : "not a regular file")}, and only regular files are read. Name the file itself.");
        }

        if ((status.Mode & Strangers) != 0)
        {
            throw new OverlayException($"The {what} {path} is open to everybody (mode {Shell.Octal(status.Mode)}), so it proves nothing. Close it with: chmod o-rw {Shell.Quote(path)}");
        }
    }

    private static OverlayException Missing(string path, string what, Exception? inner) => new($"The {what} {path} is missing. Check its path.", inner);
}
