using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Files that may be keys of I2P destinations.</summary>
internal sealed class I2PKeyTarget : IFuzzTarget
{
    public string Name => "i2p-key";

    public int MaxLength => 1200;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words("\x05\0\x04\0\x07\0\0", "\x05\0\x04\0\x07\0\x04", "BQAEAAcAA", "=", "==", "-~", "\r\n", ".b32.i2p");

    public void Run(ReadOnlySpan<byte> input)
    {
        I2PIdentityFormat format = I2PIdentityFormat.Instance;
        IdentityImport import = format.Import(input);
        if (!import.IsValid)
        {
            Promise.Holds(import.Why.EndsWith('.') && import.Why.All(static c => c is >= ' ' and < '\x7f'));
            return;
        }

        Promise.Holds(I2PEndPoint.Parse(import.Identity.Address, 80).EndPoint?.Host == import.Identity.Address);
        foreach (string name in format.Formats)
        {
            byte[] exported = format.Export(import.Identity, name);
            IdentityImport again = format.Import(exported);
            Promise.Holds(again.IsValid && again.Identity.IsSameKey(import.Identity) && again.Identity.Address == import.Identity.Address
                && format.Export(again.Identity, name).AsSpan().SequenceEqual(exported));
        }
    }
}
