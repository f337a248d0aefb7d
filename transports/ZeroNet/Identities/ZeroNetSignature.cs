using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// A signature as ZeroNet and Bitcoin's wallets write those of messages: base64 of a header byte, r and s. The header tells which of four public keys made it and whether the
/// signer's address is that of the compressed one, so that the signer is found from the text and the signature alone.
/// </summary>
internal static class ZeroNetSignature
{
    /// <summary>The number of characters of a signature.</summary>
    public const int TextLength = 88;

    private const int Size = 1 + (2 * Secp256k1.Size);
    private const int FirstHeader = 27;
    private const int LastHeader = FirstHeader + (2 * Secp256k1.RecoveryIds) - 1;

    private static ReadOnlySpan<byte> Magic => "\u0018Bitcoin Signed Message:\n"u8;

    /// <summary>Signs a text.</summary>
    /// <param name="text">The text in UTF-8, of any length.</param>
    /// <param name="secret">A valid secret.</param>
    /// <param name="compressed">Whether the signer's address is that of the compressed key.</param>
    public static string Sign(ReadOnlySpan<byte> text, ReadOnlySpan<byte> secret, bool compressed)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(text, digest);
        Span<byte> bytes = stackalloc byte[Size];
        int recoveryId = Secp256k1.Sign(digest, secret, bytes[1..]);
        bytes[0] = (byte)(FirstHeader + recoveryId + (compressed ? Secp256k1.RecoveryIds : 0));
        return Convert.ToBase64String(bytes);
    }

    /// <summary>
    /// Who signed a text. Total: any text and signature give an answer, and a signature of another text gives another address or none, so the caller compares it with the one
    /// that is expected. Both values of s are taken: ours is the lower one, but nodes of earlier years wrote either, and today's recover the key from both. So whoever sees a
    /// signature can make a second valid one of the same text, and signatures must never serve as names of what they sign.
    /// </summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="signature">The signature; white space, other base64 of the same bytes and a header other than 27 to 34 are refused.</param>
    /// <returns>The signer's address, or null where nobody made the signature.</returns>
    public static ZeroNetAddress? Recover(ReadOnlySpan<byte> text, ReadOnlySpan<char> signature)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (!TryDecode(signature, bytes) || bytes[0] is < FirstHeader or > LastHeader)
        {
            return null;
        }

        (int compressed, int recoveryId) = Math.DivRem(bytes[0] - FirstHeader, Secp256k1.RecoveryIds);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(text, digest);
        return Secp256k1.Recover(digest, bytes[1..], recoveryId, compressed != 0) is { } key ? ZeroNetAddress.FromPublicKey(key) : null;
    }

    // The library skips white space and left-over bits, so what it read is compared with what was given.
    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        Span<char> again = stackalloc char[TextLength];
        return text.Length == TextLength
            && Convert.TryFromBase64Chars(text, bytes, out int size)
            && size == Size
            && Convert.TryToBase64Chars(bytes, again, out _)
            && text.SequenceEqual(again);
    }

    // The length is a compact size, as Bitcoin's protocol has it: one byte, or a mark and two or four bytes, little-endian.
    private static void Hash(ReadOnlySpan<byte> text, Span<byte> digest)
    {
        const byte twoBytes = 0xFD;
        const byte fourBytes = 0xFE;
        Span<byte> length = stackalloc byte[1 + sizeof(uint)];
        switch (text.Length)
        {
            case < twoBytes:
                length[0] = (byte)text.Length;
                length = length[..1];
                break;
            case <= ushort.MaxValue:
                length[0] = twoBytes;
                BinaryPrimitives.WriteUInt16LittleEndian(length[1..], (ushort)text.Length);
                length = length[..(1 + sizeof(ushort))];
                break;
            default:
                length[0] = fourBytes;
                BinaryPrimitives.WriteUInt32LittleEndian(length[1..], (uint)text.Length);
                break;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Magic);
        hash.AppendData(length);
        hash.AppendData(text);
        hash.GetHashAndReset(digest);
        SHA256.HashData(digest, digest);
    }
}
