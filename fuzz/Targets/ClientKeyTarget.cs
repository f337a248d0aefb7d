using System.Text;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Files and texts that may be client keys, or their public parts.</summary>
internal sealed class ClientKeyTarget : IFuzzTarget
{
    private const string Onion = "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad.onion";

    private static readonly TorClientKeys Keys = new(new Dictionary<string, string>());

    public string Name => "client-key";

    public int MaxLength => 5000;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "x25519:", "descriptor:x25519:", ":descriptor:x25519:", Onion, Onion[..56], "-----BEGIN", "\r\n", "=",
        "+N4eKK8i3pVFdBySsEtHEQv+D4CLZmLAAJNWBz1bDlg=", "7DPB4KFPELPJKRLUDSJLAS2HCEF74D4ARNTGFQAASNLAOPK3BZMA", "HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROQ");

    public void Run(ReadOnlySpan<byte> input)
    {
        ClientKeyImport import = Keys.Import(input);
        if (import.IsValid)
        {
            Promise.Holds(Keys.Import(import.Key.Secret).Key?.PublicPart == import.Key.PublicPart);
            ClientKeyImport again = Keys.Import(Keys.Export(import.Key, import.Host ?? Onion));
            Promise.Holds(again.IsValid && again.Key.Secret.SequenceEqual(import.Key.Secret) && again.Host == (import.Host ?? Onion));
            Promise.Holds(!AuthorizedClients.Check(Client(import.Key.PublicPart)).Any());
        }
        else
        {
            Promise.Holds(import.Why.EndsWith('.') && import.Why.All(static c => c is >= ' ' and < '\x7f'));
            Promise.Holds(import.PublicPart is null || !AuthorizedClients.Check(Client(import.PublicPart)).Any());
        }

        Dictionary<string, string> client = Client(Encoding.Latin1.GetString(input));
        if (!AuthorizedClients.Check(client).Any())
        {
            Promise.Holds(AuthorizedClients.Keys(client) is [{ Length: AuthorizedClients.Base32Size }]);
        }
    }

    private static Dictionary<string, string> Client(string text) => new() { ["c"] = text };
}
