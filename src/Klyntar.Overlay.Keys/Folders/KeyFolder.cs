using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Keys;

/// <summary>A folder of secrets: mode 0700 and ours, its files 0600 and ours, created exclusively and written atomically.</summary>
/// <remarks>On Windows owner and mode are not checked: the folder relies on the access control list that it inherits from the user's profile. On macOS the owner is not checked.</remarks>
public sealed class KeyFolder : IKeyStore
{
    /// <summary>The longest secret that is kept, in bytes.</summary>
    public const int MaxSecretSize = 64 * 1024;

    // A name that is no key's: it starts with a dot.
    private const string DraftPrefix = ".draft-";
    private const int DraftAttempts = 16;

    private const int NoEntry = 2;
    private const int Exists = 17;

    private KeyFolder(string path) => Path = path;

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Opens a folder, making it where it is missing, and removes what a crash left half-written.</summary>
    /// <exception cref="OverlayException">It, or a folder above it, has the wrong owner or mode, or it cannot be made.</exception>
    public static KeyFolder Open(string path)
    {
        KeyFolder folder = new(SecretFolder.Open(path));
        folder.RemoveAbandonedDrafts();
        return folder;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        SecretFolder.Recheck(Path);
        return Guard("listed", () =>
        {
            List<string> names = [];
            foreach (string file in Directory.EnumerateFiles(Path))
            {
                string name = System.IO.Path.GetFileName(file);
                if (KeyName.IsValid(name))
                {
                    names.Add(name);
                }
            }

            names.Sort(StringComparer.Ordinal);
            return names;
        });
    }

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        KeyName.Check(name);
        SecretFolder.Recheck(Path);
        return SecretFile.Read(System.IO.Path.Join(Path, name), MaxSecretSize);
    }

    /// <inheritdoc/>
    public void Create(string name, ReadOnlySpan<byte> secret)
    {
        KeyName.Check(name);
        if (secret.IsEmpty || secret.Length > MaxSecretSize)
        {
            throw new OverlayException($"The key {name} has {secret.Length} bytes; 1 to {MaxSecretSize} can be kept.");
        }

        SecretFolder.Recheck(Path);
        string path = System.IO.Path.Join(Path, name);
        for (int attempt = 1; ; attempt++)
        {
            string draft = System.IO.Path.Join(Path, DraftPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
            try
            {
                if (TryWriteDraft(draft, secret) && Publish(draft, path))
                {
                    break;
                }
            }
            finally
            {
                Remove(draft);
            }

            // Another process took the draft for one that a crash had left.
            if (attempt == DraftAttempts)
            {
                throw new OverlayException($"The key file {path} cannot be written: something removes files in {Path}. Find out what does, and try again.");
            }
        }

        FolderSync.Sync(Path);
    }

    /// <summary>Writes the draft.</summary>
    /// <returns>False where another process, cleaning up, took it between its creation and its lock.</returns>
    private bool TryWriteDraft(string draft, ReadOnlySpan<byte> secret)
    {
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = SecretFolder.FileMode;
            }

            using FileStream file = new(draft, options);
            if (!OperatingSystem.IsWindows())
            {
                // The umask may have taken bits away.
                File.SetUnixFileMode(file.SafeFileHandle, SecretFolder.FileMode);
            }

            file.Write(secret);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException e) when (IsLockedElsewhere(e))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The key folder {Path} cannot be written: {e.Message}", e);
        }
    }

    // EWOULDBLOCK of flock(2) on Linux and on macOS, and Windows' ERROR_SHARING_VIOLATION.
    private static bool IsLockedElsewhere(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    /// <summary>Gives the draft its name, if nothing has that name.</summary>
    /// <returns>False where the draft is gone.</returns>
    private static bool Publish(string draft, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return PublishOnWindows(draft, path);
        }

        // rename(2) would replace a key that is there; link(2) does not.
        if (UnixNative.Link(draft, path) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            NoEntry => false,
            Exists => throw Taken(path),
            _ => throw new OverlayException($"The key file {path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}. Keep keys on a file system that has hard links."),
        };
    }

    [SupportedOSPlatform("windows")]
    private static bool PublishOnWindows(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: false);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException) when (File.Exists(path))
        {
            throw Taken(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The key file {path} cannot be made: {e.Message}", e);
        }
    }

    private static OverlayException Taken(string path) =>
        new($"The key file {path} exists, and keys are never overwritten. Choose another name, or move that file away.");

    private void RemoveAbandonedDrafts()
    {
        Guard("cleaned", () =>
        {
            foreach (string draft in Directory.EnumerateFiles(Path, DraftPrefix + "*"))
            {
                try
                {
                    // A draft that is being written is locked by its writer.
                    using FileStream file = new(draft, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                    File.Delete(draft);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                }
            }

            return true;
        });
    }

    private T Guard<T>(string verb, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The key folder {Path} cannot be {verb}: {e.Message}", e);
        }
    }

    private static void Remove(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays behind as an abandoned draft, and the next start removes it.
        }
    }
}
