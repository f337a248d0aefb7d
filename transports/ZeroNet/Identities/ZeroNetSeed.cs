using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// ZeroNet's master seed with the index of one site, as text: <c>SEED:INDEX</c>, or <c>SEED</c> alone for index 0. The seed is 64 hexadecimal digits in lower case, as
/// "master_seed" in ZeroNet's users.json has it; the index is decimal, of any size, since ZeroNet takes it modulo 100 000 000. The site's key is the child of that index
/// of the BIP 32 master key of the seed's letters, not of the bytes that they stand for, and uncompressed.
/// </summary>
internal static class ZeroNetSeed
{
    private const int SeedLength = 64;
    private const int Indices = 100_000_000;
    private const int MaxReducedLength = 8;

    // ZeroNet's largest, a user's index for a site, is the site's address as a number: 82 digits.
    private const int MaxIndexLength = 100;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> CapitalDigits = SearchValues.Create("ABCDEF"u8);

    /// <summary>Whether a text is meant as a seed, if perhaps a mistyped one: hexadecimal digits up to its end or the first colon.</summary>
    public static bool IsClaimed(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExcept(HexDigits);
        return end < 0 ? !text.IsEmpty : end > 0 && text[end] == ':';
    }

    /// <summary>Reads a seed with an index and makes the site's key. Total: any bytes give an answer.</summary>
    /// <param name="text">The text in ASCII, and nothing around it.</param>
    /// <param name="key">The site's key.</param>
    /// <param name="why">What is wrong and what to do, as sentences that do not repeat the text.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ZeroNetPrivateKey? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        int colon = text.IndexOf((byte)':');
        ReadOnlySpan<byte> seed = colon < 0 ? text : text[..colon];
        ReadOnlySpan<byte> index = colon < 0 ? "0"u8 : text[(colon + 1)..];
        if (seed.Length != SeedLength || seed.ContainsAnyExcept(HexDigits))
        {
            why = $"A seed is {SeedLength} hexadecimal digits, and this has {seed.Length} characters before the index. Copy \"master_seed\" again, whole.";
            return false;
        }

        if (seed.ContainsAny(CapitalDigits))
        {
            why = "The seed has capital letters, and ZeroNet, which takes capital and small letters for different seeds, makes none with them. Copy \"master_seed\" as it stands in users.json.";
            return false;
        }

        if (index.IsEmpty || index.Length > MaxIndexLength || index.ContainsAnyExcept(Digits))
        {
            why = $"After the colon stands the site's index, a decimal number of at most {MaxIndexLength} digits. Write SEED:INDEX.";
            return false;
        }

        key = Derive(seed, Reduce(index));
        why = key is null ? "The seed has no key for this index. Use the next index." : null;
        return key is not null;
    }

    /// <summary>A text that was read, as it is kept: with the index that ZeroNet reduces it to, to be wiped by the caller.</summary>
    /// <param name="text">A text that <see cref="TryRead"/> reads.</param>
    public static byte[] ToCanonical(ReadOnlySpan<byte> text)
    {
        Span<byte> index = stackalloc byte[MaxReducedLength];
        bool isWritten = Utf8Formatter.TryFormat(Reduce(text.Length > SeedLength ? text[(SeedLength + 1)..] : []), index, out int length);
        Debug.Assert(isWritten, "The largest index has eight digits.");
        return [.. text[..SeedLength], (byte)':', .. index[..length]];
    }

    private static int Reduce(ReadOnlySpan<byte> digits)
    {
        long index = 0;
        foreach (byte digit in digits)
        {
            index = ((index * 10) + (digit - '0')) % Indices;
        }

        return (int)index;
    }

    private static ZeroNetPrivateKey? Derive(ReadOnlySpan<byte> seed, int index)
    {
        Span<byte> nodes = stackalloc byte[2 * Bip32.NodeSize];
        Span<byte> master = nodes[..Bip32.NodeSize];
        Span<byte> site = nodes[Bip32.NodeSize..];
        ZeroNetPrivateKey? key = null;
        if (Bip32.TryMaster(seed, master) && Bip32.TryChild(master, index, site))
        {
            ZeroNetPrivateKey.TryFromSecret(site[..Secp256k1.Size], isCompressed: false, out key);
        }

        CryptographicOperations.ZeroMemory(nodes);
        return key;
    }
}
