using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace Klyntar.Overlay.Keys;

/// <summary>An X25519 key (RFC 7748, section 5), by which an onion service knows a client. It never prints its private bytes.</summary>
public sealed class X25519Key
{
    /// <summary>The length of the private key, and of the public one, in bytes.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes;
    private readonly byte[] _publicKey = new byte[Size];

    private X25519Key(byte[] bytes)
    {
        _bytes = bytes;
        X25519.GeneratePublicKey(bytes, _publicKey);
    }

    /// <summary>The 32 private bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The 32 bytes of the public key.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Makes a key from the system's random numbers.</summary>
    public static X25519Key Create() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>Takes a private key, or null where it is not 32 bytes or all of them are zero, which no generator makes.</summary>
    /// <remarks>Other programs keep scalars clamped or not: both are the same key, and are kept as they are.</remarks>
    public static X25519Key? TryFromPrivate(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size && bytes.ContainsAnyExcept((byte)0) ? new X25519Key(bytes.ToArray()) : null;

    /// <summary>Whether 32 bytes can be somebody's public key. A point of small order is none: what is encrypted to it, anybody can read (RFC 7748, section 6.1).</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != Size)
        {
            return false;
        }

        // Any scalar tells: clamped, it is a multiple of the small orders.
        Span<byte> scalar = stackalloc byte[Size];
        scalar.Fill(1);
        Span<byte> agreed = stackalloc byte[Size];
        return X25519.CalculateAgreement(scalar, publicKey, agreed);
    }

    /// <summary>Says what this is, without its bytes.</summary>
    public override string ToString() => "an X25519 key";
}
