namespace Klyntar.Overlay.BinFetch;

/// <summary>A user's name or a subkey, and the signatures that follow it in the key's file.</summary>
internal sealed record KeyPart(OpenPgpPacket Packet)
{
    // Each may cost a check. A name that everybody has certified has some thousands, of which ours are few.
    private const int SignatureLimit = 64;

    public List<OpenPgpPacket> Signatures { get; } = [];

    /// <summary>Those of some types that say they are by a key; what cannot be read says nothing.</summary>
    public IEnumerable<OpenPgpSignature> By(OpenPgpKey key, params IReadOnlyList<int> types) =>
        Signatures.Select(Read).OfType<OpenPgpSignature>().Where(signature => signature.KeyId == key.Fingerprint.KeyId && types.Contains(signature.Type)).Take(SignatureLimit);

    private static OpenPgpSignature? Read(OpenPgpPacket packet)
    {
        try
        {
            return new OpenPgpSignature(packet);
        }
        catch (OpenPgpException)
        {
            return null;
        }
    }
}
