namespace Klyntar.Overlay.Keys;

/// <summary>An Ed25519 key in its expanded form: the clamped scalar and the hash prefix, 64 bytes, as tor keeps it (rend-spec-v3, appendix A.2; RFC 8032, section 5.1.5).</summary>
public sealed class Ed25519ExpandedKey
{
    private Ed25519ExpandedKey()
    {
    }

    /// <summary>The 64 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => throw new NotImplementedException();

    /// <summary>The 32 bytes of the public key.</summary>
    public ReadOnlySpan<byte> PublicKey => throw new NotImplementedException();

    /// <summary>Makes a key from the system's random numbers.</summary>
    public static Ed25519ExpandedKey Create() => throw new NotImplementedException();

    /// <summary>Expands a 32-byte seed.</summary>
    public static Ed25519ExpandedKey FromSeed(ReadOnlySpan<byte> seed) => throw new NotImplementedException();

    /// <summary>Takes an expanded key as it is, or null where it is not 64 bytes of a clamped scalar and a prefix.</summary>
    public static Ed25519ExpandedKey? TryFromExpanded(ReadOnlySpan<byte> expanded) => throw new NotImplementedException();
}
