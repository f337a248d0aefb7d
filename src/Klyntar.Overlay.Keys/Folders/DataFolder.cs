using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.Keys;

/// <summary>The gateway's data folder, locked: two gateways on one folder are refused. The lock ends with the process, however that ends.</summary>
public sealed class DataFolder : IDisposable
{
    private const string LockName = "lock";
    private const string KeysName = "keys";

    private readonly SafeFileHandle _lock;

    private DataFolder(string path, SafeFileHandle @lock)
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
        string lockPath = System.IO.Path.Join(full, LockName);
        SafeFileHandle file = OpenLockFile(full, lockPath);
        try
        {
            if (!OperatingSystem.IsWindows() && UnixNative.Lock(file, UnixNative.LockExclusive | UnixNative.LockNonBlocking) != 0)
            {
                throw Held(full, lockPath, null);
            }

            // The pid is for the message above alone. The lock decides, so a stale pid blocks nobody.
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
            return new DataFolder(full, file);
        }
        catch
        {
            file.Dispose();
            throw;
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
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
        KeyName.Check(overlay);
        return KeyFolder.Open(System.IO.Path.Join(SecretFolder.Open(System.IO.Path.Join(SecretFolder.Open(dataFolder), KeysName)), overlay));
    }

    /// <summary>Unlocks it.</summary>
    public void Dispose() => _lock.Dispose();

    private static SafeFileHandle OpenLockFile(string folder, string lockPath)
    {
        try
        {
            // On Unix flock decides; on Windows this share mode does: others may read the pid and not lock.
            return File.OpenHandle(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.ReadWrite);
        }
        catch (IOException e) when (File.Exists(lockPath))
        {
            throw Held(folder, lockPath, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The data folder {folder} cannot be locked: {e.Message}", e);
        }
    }

    private static OverlayException Held(string folder, string lockPath, Exception? cause)
    {
        string who = ReadPid(lockPath) is { } pid ? $"process {pid}" : "another process";
        return new OverlayException($"The data folder {folder} is in use by {who}. End that one first, or name another folder.", cause);
    }

    private static int? ReadPid(string lockPath)
    {
        Span<byte> buffer = stackalloc byte[16];
        try
        {
            using SafeFileHandle file = File.OpenHandle(lockPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            int length = RandomAccess.Read(file, buffer, 0);
            return int.TryParse(buffer[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
