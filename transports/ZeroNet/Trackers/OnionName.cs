using System.Diagnostics.CodeAnalysis;
using Klyntar.Overlay.Keys;
using Org.BouncyCastle.Crypto.Digests;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The name of an onion service of version 3: base 32 of its public key, a checksum and the version (rend-spec-v3, section 6).</summary>
internal static class OnionName
{
    /// <summary>What ends it, where it is a host name.</summary>
    public const string Suffix = ".onion";

    private const int ChecksumBytes = 2;
    private const int Bytes = Ed25519ExpandedKey.PublicKeySize + ChecksumBytes + 1;
    private const int DigestBytes = 32;
    private const byte Version = 3;

    /// <summary>The number of characters without the suffix.</summary>
    public static int Length { get; } = Base32.GetEncodedLength(Bytes);

    /// <summary>The name of a key, without its suffix.</summary>
    /// <param name="publicKey">32 bytes.</param>
    public static string Of(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        publicKey.CopyTo(bytes);
        Checksum(publicKey, bytes[publicKey.Length..^1]);
        bytes[^1] = Version;
        return Base32.Encode(bytes);
    }

    /// <summary>Reads a name, with its suffix or without it, in lower case. Total: any text gives an answer.</summary>
    /// <param name="text">The name.</param>
    /// <param name="name">The name without its suffix.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? name)
    {
        name = text.EndsWith(Suffix, StringComparison.Ordinal) ? text[..^Suffix.Length] : text;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (name.Length == Length && !name.Any(char.IsAsciiLetterUpper) && Base32.TryDecode(name, bytes) && Of(bytes[..Ed25519ExpandedKey.PublicKeySize]) == name)
        {
            return true;
        }

        name = null;
        return false;
    }

    private static void Checksum(ReadOnlySpan<byte> publicKey, Span<byte> checksum)
    {
        // Not the system's: older ones have no SHA-3.
        var sha3 = new Sha3Digest(DigestBytes * 8);
        sha3.BlockUpdate(".onion checksum"u8);
        sha3.BlockUpdate(publicKey);
        sha3.Update(Version);
        Span<byte> digest = stackalloc byte[DigestBytes];
        sha3.DoFinal(digest);
        digest[..checksum.Length].CopyTo(checksum);
    }
}
