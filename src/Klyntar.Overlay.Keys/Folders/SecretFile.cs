using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.Keys;

/// <summary>Reads files that hold secrets, after checking that nobody else could have read or written them.</summary>
internal static class SecretFile
{
    /// <summary>Reads a file in a folder that <see cref="SecretFolder"/> has checked.</summary>
    /// <returns>Its bytes, or null where there is none.</returns>
    /// <exception cref="OverlayException">It is not a file of ours with mode 0600 and a size of 1 to the limit.</exception>
    public static byte[]? Read(string path, int maxSize)
    {
        // Looked at before it is opened, since opening a pipe would wait for its writer.
        UnixFileStatus expected = default;
        if (OperatingSystem.IsLinux())
        {
            if (UnixFileStatus.Of(path) is not { } status)
            {
                return null;
            }

            Check(path, status);
            expected = status;
        }

        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (OperatingSystem.IsLinux())
            {
                if (UnixFileStatus.Of(file, path) is not { } opened || (opened.Device, opened.Inode) != (expected.Device, expected.Inode))
                {
                    throw new OverlayException($"The key file {path} was replaced while it was read. Try again.");
                }
            }
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & SecretFolder.Others) is not 0 and var mode)
            {
                throw TooOpen(path, mode);
            }

            return ReadAll(file, path, maxSize);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The key file {path} cannot be read: {e.Message}", e);
        }
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static void Check(string path, UnixFileStatus status)
    {
        if (status.Kind != UnixFileKind.Regular)
        {
            string what = status.Kind == UnixFileKind.SymbolicLink ? "a symbolic link" : "not a regular file";
            throw new OverlayException($"The key file {path} is {what}, and only regular files are read. Put the key itself there.");
        }

        uint me = UnixNative.GetEffectiveUserId();
        if (status.Owner != me)
        {
            throw new OverlayException($"The key file {path} belongs to uid {status.Owner} and this process runs as uid {me}. If the key is trusted, run: chown {me} {Shell.Quote(path)}");
        }

        if ((status.Mode & SecretFolder.Others) != 0)
        {
            throw TooOpen(path, status.Mode);
        }
    }

    private static OverlayException TooOpen(string path, UnixFileMode mode) =>
        new($"The key file {path} is open to others (mode {Shell.Octal(mode)}), who may have copied it. If the key is still trusted, run: chmod 600 {Shell.Quote(path)}");

    private static byte[] ReadAll(SafeFileHandle file, string path, int maxSize)
    {
        long size = RandomAccess.GetLength(file);
        if (size is 0 || size > maxSize)
        {
            throw new OverlayException($"The key file {path} has {size} bytes; a key has 1 to {maxSize}. Restore it from a backup, or move it away.");
        }

        byte[] secret = new byte[size];
        int read = 0;
        while (read < secret.Length)
        {
            int n = RandomAccess.Read(file, secret.AsSpan(read), read);
            if (n == 0)
            {
                throw new OverlayException($"The key file {path} became shorter while it was read. Try again.");
            }

            read += n;
        }

        return secret;
    }
}
