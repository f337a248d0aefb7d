using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Keys;

/// <summary>Makes a change of a folder's entries last through a loss of power (fsync(2)).</summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    // What file systems answer that cannot sync a folder.
    private const int InvalidArgument = 22;

    /// <exception cref="OverlayException">The file system failed, so the change may be lost.</exception>
    public static void Sync(string folder)
    {
        // On Windows a folder cannot be opened for this; NTFS keeps a journal of it.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = UnixNative.Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw Failed(folder);
        }

        try
        {
            if (UnixNative.Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Failed(folder);
            }
        }
        finally
        {
            _ = UnixNative.Close(descriptor);
        }
    }

    private static OverlayException Failed(string folder)
    {
        Win32Exception cause = new(Marshal.GetLastPInvokeError());
        return new OverlayException($"The folder {folder} cannot be written to the disk: {cause.Message}. Check the disk before relying on what was just made there.", cause);
    }
}
