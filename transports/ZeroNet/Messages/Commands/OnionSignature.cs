namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A proof that an announced onion is the announcer's own.</summary>
/// <param name="PublicKey">The onion's Ed25519 key, 32 bytes.</param>
/// <param name="Signature">Its signature of the text that the tracker gave, 64 bytes.</param>
internal sealed record OnionSignature(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The length of a key, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>The length of a signature, in bytes.</summary>
    public const int SignatureBytes = 64;
}
