using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Files that may be onion keys.</summary>
internal sealed class KeyFileTarget : IFuzzTarget
{
    public string Name => "key-file";

    public int MaxLength => 5000;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "== ed25519v1-secret: type0 ==\0\0\0", "== ed25519v1-public: type0 ==\0\0\0", "ED25519-V3:", "RSA1024:", "-----BEGIN RSA PRIVATE KEY", "==", "\r\n", ".onion",
        "iMuOPb0ouhe0Tko2JstgfObE4UApVCAIE52LXvGljXbekqc7hEHQv4hkN1L9MwHf0zbaYNHWcmDA0yh8X9Oc9A==");

    public void Run(ReadOnlySpan<byte> input)
    {
        TorIdentityFormat format = TorIdentityFormat.Instance;
        IdentityImport import = format.Import(input);
        if (!import.IsValid)
        {
            Promise.Holds(import.Why.EndsWith('.') && import.Why.All(static c => c is >= ' ' and < '\x7f'));
            return;
        }

        Promise.Holds(TorEndPoint.Parse(import.Identity.Address, 80).EndPoint?.Host == import.Identity.Address);
        foreach (string name in format.Formats)
        {
            byte[] exported = format.Export(import.Identity, name);
            IdentityImport again = format.Import(exported);
            Promise.Holds(again.IsValid && again.Identity.IsSameKey(import.Identity) && again.Identity.Address == import.Identity.Address
                && format.Export(again.Identity, name).AsSpan().SequenceEqual(exported));
        }
    }
}
