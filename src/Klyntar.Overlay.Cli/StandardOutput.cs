using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.Cli;

/// <summary>Standard output for what is of no use without its reader. The run-time's own stream hides that a pipe's reader has gone.</summary>
internal static class StandardOutput
{
    // EPIPE, which is also what a socket's writer is told.
    private const int BrokenPipe = 32;

    /// <summary>Opens it. Closing the stream leaves the descriptor open.</summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!direct.CanSeek)
        {
            return direct;
        }

        // A FileStream writes at an offset of its own, which in a file shared with other programs is theirs too.
        direct.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>Whether a write failed because nobody reads any more.</summary>
    public static bool IsReaderGone(IOException failure) => failure.HResult == BrokenPipe;
}
