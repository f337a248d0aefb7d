using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Gateway;

/// <summary>The files of a plugin, and the hash that stands for all of them.</summary>
/// <remarks>
/// The hash is what <c>(cd FOLDER &amp;&amp; find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum)</c> prints: SHA-256 over a line for each file, with the file's own SHA-256, two spaces
/// and its path from "./" on.
/// </remarks>
internal static class PluginContents
{
    /// <summary>More files and folders than this are no plugin's.</summary>
    public const int MostFiles = 2_000;

    private const long MostBytes = 512L << 20;

    /// <summary>The hash, in lower-case hexadecimal.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="files">Its files, relative to it, in ordinal order.</param>
    /// <exception cref="OverlayException">A file cannot be read, or they are too many bytes.</exception>
    public static string Hash(string folder, IReadOnlyList<string> files)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        foreach (string file in files)
        {
            string path = Path.Join(folder, file);
            try
            {
                using FileStream stream = File.OpenRead(path);
                if ((bytes += stream.Length) > MostBytes)
                {
                    throw new OverlayException($"The plugin {folder} has more than {MostBytes >> 20} MiB: it is not what it should be. Name the folder of the plugin alone.");
                }

                whole.AppendData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(stream))}  ./{file}\n"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new OverlayException($"{path} cannot be read: {e.Message} Let the user {Environment.UserName} read it.", e);
            }
        }

        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }
}
