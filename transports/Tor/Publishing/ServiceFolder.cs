using System.Globalization;
using System.Text;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A service's folder as tor reads it: the key, so that the address stays the service's own, and the clients it admits.</summary>
/// <remarks>It is there only while the service is published; the key's own place is the key folder.</remarks>
internal sealed class ServiceFolder(string path)
{
    private const string KeyFile = "hs_ed25519_secret_key";
    private const string AddressFile = "hostname";
    private const string ClientsFolder = "authorized_clients";

    // Whatever tor writes is shorter.
    private const int LongestAddressFile = 256;

    /// <summary>Its absolute path.</summary>
    public string Path => path;

    /// <summary>Writes it anew.</summary>
    /// <param name="identity">The service's key.</param>
    /// <param name="clients">The public keys of the clients that are admitted; none for everybody.</param>
    /// <exception cref="OverlayException">It cannot be written.</exception>
    public void Write(Identity identity, IReadOnlyList<string> clients)
    {
        Delete();
        KeyFolder.Open(path).Create(KeyFile, TorIdentityFormat.Instance.Export(identity, TorIdentityFormat.FileFormat));
        if (clients.Count > 0)
        {
            KeyFolder folder = KeyFolder.Open(System.IO.Path.Join(path, ClientsFolder));
            for (int i = 0; i < clients.Count; i++)
            {
                folder.Create(string.Create(CultureInfo.InvariantCulture, $"{i}.auth"), Encoding.ASCII.GetBytes($"{AuthorizedClients.Prefix}{clients[i]}\n"));
            }
        }
    }

    /// <summary>The address, without <c>.onion</c>, that tor has made of the key; empty where it has written none.</summary>
    public string ReadServiceId()
    {
        var file = new FileInfo(System.IO.Path.Join(path, AddressFile));
        return file is { Exists: true, Length: <= LongestAddressFile }
            ? File.ReadAllText(file.FullName).Trim().Replace(OnionAddress.Suffix, "", StringComparison.Ordinal)
            : "";
    }

    /// <summary>Removes it.</summary>
    public void Delete()
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may not be there; and what is left is ours alone, and goes with tor's next start.
        }
    }
}
