using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Files that only this user reads, in folders that only he enters. Names are ours and never a peer's; no symbolic link is followed at the end of a path.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string DraftPrefix = ".draft-";

    /// <summary>Makes a folder where it is missing, with mode 0700. A link that is in the way is taken away; where it leads is left alone.</summary>
    /// <param name="path">The folder, whose parent exists.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void MakeFolder(string path)
    {
        if (IsLink(path))
        {
            File.Delete(path);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnersOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Replaces a file, whole or not at all; its mode is 0600.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">Its name.</param>
    /// <param name="content">What it holds from then on.</param>
    /// <param name="lasts">Whether it is to outlast a loss of power from now on, which takes milliseconds.</param>
    /// <exception cref="IOException">It cannot be written; what it held is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string folder, string name, ReadOnlySpan<byte> content, bool lasts)
    {
        if (IsLink(folder))
        {
            throw new IOException($"The folder {folder} is a symbolic link. Take it away.");
        }

        // What a crash left is of no use, and what somebody planted would lead elsewhere: the draft is made anew, and never opened.
        string draft = Path.Join(folder, DraftPrefix + name);
        File.Delete(draft);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersOnly;
        }

        using (FileStream file = new(draft, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: lasts);
        }

        File.Move(draft, Path.Join(folder, name), overwrite: true);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">Its name.</param>
    /// <param name="most">The largest size that is read, in bytes.</param>
    /// <returns>Its bytes; null where it is missing, empty, too large, a link, or cannot be read.</returns>
    public static byte[]? Read(string folder, string name, int most)
    {
        string path = Path.Join(folder, name);
        try
        {
            // An empty one may be a pipe, and opening that would wait for its writer.
            if (IsLink(folder) || new FileInfo(path) is not { Exists: true, LinkTarget: null, Length: > 0 } info || info.Length > most)
            {
                return null;
            }

            using FileStream file = new(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            byte[] content = new byte[info.Length];
            return file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length ? content : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a file of one line in ASCII; null as in <see cref="Read"/>.</summary>
    public static string? ReadLine(string folder, string name, int most) => Read(folder, name, most) is { } bytes ? Encoding.ASCII.GetString(bytes).TrimEnd('\n') : null;

    /// <summary>Takes a folder away with all that is in it, or the link that stands in its place. What cannot be taken away stays.</summary>
    public static void TryDeleteFolder(string path)
    {
        try
        {
            if (IsLink(path))
            {
                File.Delete(path);
            }
            else if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is looked at again whenever it is read, and counts for nothing until it is in order.
        }
    }

    /// <summary>Takes a file away. One that cannot be taken away stays.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}
