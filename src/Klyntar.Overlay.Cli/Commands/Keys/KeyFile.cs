namespace Klyntar.Overlay.Cli;

/// <summary>A key in a file of the operator's, outside the key folder.</summary>
internal static class KeyFile
{
    // Far above any overlay's key file.
    private const int Largest = 64 * 1024;

    /// <summary>Reads a file, or a pipe.</summary>
    /// <exception cref="OverlayException">It cannot be read, or is longer than any key.</exception>
    public static byte[] Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new OverlayException($"{path} is a folder. Name the file in it that holds the key, such as {Path.Join(path, "hs_ed25519_secret_key")}.");
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] content = new byte[Largest + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= Largest
                ? content[..length]
                : throw new OverlayException($"{path} is longer than any key. Is it the right file?");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The key {path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Writes a new file, with the mode 0600.</summary>
    /// <exception cref="OverlayException">The file exists already, or cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var file = new FileStream(path, options);
            file.Write(secret);
            file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The key cannot be written to {path}: {failure.Message} Name a file that does not exist yet, in a folder that you may write to.", failure);
        }
    }
}
