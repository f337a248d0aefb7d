using System.Net;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Where programs keep their state, each in a folder of its own (0700), locked: two gateways must not share them.</summary>
internal sealed class PtFolders : IDisposable
{
    private const string ServerPrefix = "server-";
    private const int NameBytes = 8;

    private readonly DataFolder _root;

    private PtFolders(DataFolder root) => _root = root;

    /// <summary>Makes and locks them.</summary>
    /// <param name="folder">The transport's folder, which exists and is ours alone.</param>
    /// <exception cref="OverlayException">The folder cannot be made or used, or another gateway uses it.</exception>
    public static PtFolders Open(string folder)
    {
        DataFolder root = DataFolder.Open(Path.Join(folder, "programs"));

        // What a gateway that was killed could not remove holds keys, perhaps of services that are no more.
        foreach (string left in Directory.EnumerateDirectories(root.Path, ServerPrefix + "*"))
        {
            Remove(left);
        }

        return new PtFolders(root);
    }

    /// <summary>A client program's folder.</summary>
    public string OfClient(string method) => _root.Folder($"client-{method}");

    /// <summary>The folder of a server program, which is one for each key and listening address. It need not be there.</summary>
    public string PathOfServer(Obfs4Key key, IPEndPoint listen)
    {
        byte[] hash = SHA256.HashData((byte[])[.. key.Certificate, .. Encoding.ASCII.GetBytes(listen.ToString())]);
        return Path.Join(_root.Path, $"{ServerPrefix}{Convert.ToHexStringLower(hash.AsSpan(0, NameBytes))}");
    }

    /// <summary>Makes a folder that <see cref="PathOfServer"/> told, where it is missing.</summary>
    /// <exception cref="OverlayException">It cannot be made or used.</exception>
    public void Make(string path) => _ = _root.Folder(Path.GetFileName(path));

    /// <summary>Writes a file that only we read, in the place of the one before.</summary>
    /// <exception cref="OverlayException">It cannot be written.</exception>
    public static void Write(string folder, string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Join(folder, name);
        try
        {
            File.Delete(path);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(path, options);
            file.Write(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The file {path} cannot be written: {e.Message} Check the disk, and the folder's owner.", e);
        }
    }

    /// <summary>Removes a folder with the secrets in it. What cannot be removed is written anew at the next run, and stays ours alone.</summary>
    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody looks into it, or removed it before us.
        }
    }

    /// <summary>Unlocks them.</summary>
    public void Dispose() => _root.Dispose();
}
