namespace Klyntar.Overlay.BinFetch;

/// <summary>Tells programs from other files.</summary>
internal static class ExecutableFile
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Whether there is a regular file, perhaps behind links, that somebody may execute.</summary>
    public static bool IsAt(string path)
    {
        try
        {
            FileInfo file = new(path);
            FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return target is FileInfo { Exists: true }
                && (target.Attributes & (FileAttributes.Directory | FileAttributes.Device)) == 0
                && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(target.FullName) & AnyExecute) != 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
