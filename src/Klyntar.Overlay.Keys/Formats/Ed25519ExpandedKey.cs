using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Klyntar.Overlay.Keys;

/// <summary>An Ed25519 key in its expanded form: the clamped scalar and the hash prefix, 64 bytes, as tor keeps it (rend-spec-v3, appendix A.2; RFC 8032, section 5.1.5). It never prints its bytes.</summary>
public sealed class Ed25519ExpandedKey
{
    /// <summary>The length of the expanded key, in bytes.</summary>
    public const int Size = 64;

    /// <summary>The length of the public key, in bytes.</summary>
    public const int PublicKeySize = 32;

    /// <summary>The length of a seed, in bytes.</summary>
    public const int SeedSize = 32;

    /// <summary>The length of a signature, in bytes.</summary>
    public const int SignatureSize = 64;

    private readonly byte[] _bytes;
    private readonly byte[] _publicKey = new byte[PublicKeySize];

    private Ed25519ExpandedKey(byte[] bytes)
    {
        _bytes = bytes;
        Ed25519.ExpandedKey.GeneratePublicKey(bytes, _publicKey);
    }

    /// <summary>The 64 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The 32 bytes of the public key.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Makes a key from the system's random numbers.</summary>
    public static Ed25519ExpandedKey Create()
    {
        Span<byte> seed = stackalloc byte[SeedSize];
        RandomNumberGenerator.Fill(seed);
        Ed25519ExpandedKey key = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>Expands a 32-byte seed (RFC 8032, section 5.1.5).</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    public static Ed25519ExpandedKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
        {
            throw new ArgumentException($"A seed has {SeedSize} bytes.", nameof(seed));
        }

        byte[] expanded = new byte[Size];
        SHA512.HashData(seed, expanded);
        Ed25519.ExpandedKey.Prune(expanded);
        return new Ed25519ExpandedKey(expanded);
    }

    /// <summary>Takes an expanded key as it is, or null where it is not 64 bytes of a clamped scalar and a prefix.</summary>
    /// <remarks>A scalar that is not clamped is refused and not mended: another scalar may be another address.</remarks>
    public static Ed25519ExpandedKey? TryFromExpanded(ReadOnlySpan<byte> expanded) =>
        expanded.Length == Size && IsClamped(expanded) ? new Ed25519ExpandedKey(expanded.ToArray()) : null;

    /// <summary>Signs a message (RFC 8032, section 5.1.6, from the second step on, since the key is expanded already). The same message gives the same signature.</summary>
    /// <returns>The signature, <see cref="SignatureSize"/> bytes.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureSize];
        Ed25519.ExpandedKey.Sign(_bytes, message, signature);
        return signature;
    }

    /// <summary>Says what this is, without its bytes.</summary>
    public override string ToString() => "an Ed25519 key";

    private static bool IsClamped(ReadOnlySpan<byte> scalar) =>
        (scalar[0] & 0b0000_0111) == 0 && (scalar[31] & 0b1100_0000) == 0b0100_0000;
}
