using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Keys;

/// <summary>The gateway's data folder, locked: two gateways on one folder are refused. The lock ends with the process, however that ends.</summary>
public sealed class DataFolder : IDisposable
{
    private const string LockName = "lock";
    private const string PidName = "pid";
    private const string KeysName = "keys";

    // A name that nothing else here has: it starts with a dot.
    private const string DraftPrefix = ".draft-";

    // No transport's name has a dash.
    private const string ClientKeysSuffix = "-auth";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Opens and locks a folder, making it (0700) where it is missing.</summary>
    /// <exception cref="OverlayException">Another process holds it (the message says which), or its owner or mode is wrong.</exception>
    public static DataFolder Open(string path)
    {
        string full = SecretFolder.Open(path);
        FileStream file = OpenLock(full);
        try
        {
            // For the message alone, and in a file of its own, since others cannot open a locked one.
            // The lock decides, so a stale pid blocks nobody.
            using FileStream pid = OpenPrivate(System.IO.Path.Join(full, PidName), FileMode.Create, FileShare.ReadWrite);
            pid.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
            return new DataFolder(full, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw new OverlayException($"The data folder {full} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>A folder in this one, made (0700) where it is missing.</summary>
    /// <param name="name">Lower case letters, digits, dashes, dots and underscores; not starting with a dot; at most 64.</param>
    /// <returns>Its absolute path.</returns>
    /// <exception cref="OverlayException">Its owner or mode is wrong, or it cannot be made.</exception>
    public string Folder(string name)
    {
        KeyName.Check(name);
        return SecretFolder.Open(System.IO.Path.Join(Path, name));
    }

    /// <summary>Replaces a file in this folder, whole or not at all; its mode is 0600.</summary>
    /// <param name="name">As for <see cref="Folder"/>.</param>
    /// <param name="content">What the file holds from then on.</param>
    /// <exception cref="OverlayException">It cannot be written; what it held is still there.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        KeyName.Check(name);
        string draft = System.IO.Path.Join(Path, DraftPrefix + name);
        try
        {
            // Whoever holds the folder's lock is its only writer, so that a draft found here is what a crash left.
            using (FileStream file = OpenPrivate(draft, FileMode.Create, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, System.IO.Path.Join(Path, name), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The file {System.IO.Path.Join(Path, name)} cannot be written: {e.Message} Check the disk, and the folder's owner.", e);
        }

        FolderSync.Sync(Path);
    }

    /// <summary>The folder of one overlay's keys, <c>keys/OVERLAY</c>.</summary>
    /// <param name="overlay">The transport's name.</param>
    /// <exception cref="OverlayException">Its owner or mode is wrong, or it cannot be made.</exception>
    public KeyFolder Keys(string overlay) => OpenKeys(Path, overlay);

    /// <summary>The folder of one overlay's keys in a data folder that need not be locked: keys are never overwritten, so they may be read and added beside a running gateway.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="overlay">The transport's name.</param>
    /// <exception cref="OverlayException">Its owner or mode is wrong, or it cannot be made.</exception>
    public static KeyFolder OpenKeys(string dataFolder, string overlay)
    {
        KeyName.Check(overlay);
        string data = SecretFolder.Open(dataFolder);
        return KeyFolder.Open(System.IO.Path.Join(SecretFolder.Open(System.IO.Path.Join(data, KeysName)), overlay));
    }

    /// <summary>The folder of the client keys of one overlay, <c>keys/OVERLAY-auth</c>: those by which services on it know this gateway.</summary>
    /// <param name="overlay">The transport's name.</param>
    /// <exception cref="OverlayException">Its owner or mode is wrong, or it cannot be made.</exception>
    public KeyFolder ClientKeys(string overlay) => OpenClientKeys(Path, overlay);

    /// <summary>The folder of the client keys of one overlay in a data folder that need not be locked, as for <see cref="OpenKeys"/>.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="overlay">The transport's name.</param>
    /// <exception cref="OverlayException">Its owner or mode is wrong, or it cannot be made.</exception>
    public static KeyFolder OpenClientKeys(string dataFolder, string overlay) => OpenKeys(dataFolder, overlay + ClientKeysSuffix);

    /// <summary>Whether a data folder has a folder of client keys of one overlay. Makes nothing.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="overlay">The transport's name.</param>
    public static bool HasClientKeys(string dataFolder, string overlay) => Directory.Exists(System.IO.Path.Join(dataFolder, KeysName, overlay + ClientKeysSuffix));

    /// <summary>Unlocks it.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream OpenLock(string folder)
    {
        try
        {
            FileStream file = OpenPrivate(System.IO.Path.Join(folder, LockName), FileMode.OpenOrCreate, FileShare.None);

            // .NET has locked it already, unless a run-time switch forbids that.
            if (!OperatingSystem.IsWindows() && UnixNative.Lock(file.SafeFileHandle, UnixNative.LockExclusive | UnixNative.LockNonBlocking) != 0)
            {
                file.Dispose();
                throw Held(folder, null);
            }

            return file;
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            throw Held(folder, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The data folder {folder} cannot be locked: {e.Message}", e);
        }
    }

    private static FileStream OpenPrivate(string path, FileMode mode, FileShare share)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = SecretFolder.FileMode;
        }

        return new FileStream(path, options);
    }

    private static bool IsSharingViolation(IOException e)
    {
        // What the kernels answer to an attempt at a lock that another holds: EWOULDBLOCK, ERROR_SHARING_VIOLATION.
        const int WouldBlock = 11;
        const int WouldBlockOnMac = 35;
        const int SharingViolation = unchecked((int)0x80070020);
        return e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation;
    }

    private static OverlayException Held(string folder, Exception? cause)
    {
        string who = ReadPid(System.IO.Path.Join(folder, PidName)) is { } pid ? $"process {pid}" : "another process";
        return new OverlayException($"The data folder {folder} is in use by {who}. End that one first, or name another folder.", cause);
    }

    private static int? ReadPid(string path)
    {
        const int MaxSize = 16;
        try
        {
            return SecretFile.Read(path, MaxSize) is { } text
                && int.TryParse(text.AsSpan().TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
        }
        catch (OverlayException)
        {
            return null;
        }
    }
}
