namespace Klyntar.Overlay.BinFetch;

/// <summary>Makes files and folders that are their user's alone: what is run must be ours.</summary>
internal static class PrivateFiles
{
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, FolderMode);
        }
    }

    /// <summary>Opens a file to write, which nobody else may have open.</summary>
    public static FileStream Open(string path, FileMode mode, bool mayExecute = false)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mayExecute ? Readable | UnixFileMode.UserExecute : Readable;
        }

        return new FileStream(path, options);
    }
}
