namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>RFC 4648's base 32 in lower case and without padding, of lengths that need none.</summary>
internal static class OnionBase32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int BitsOfLetter = 5;

    /// <summary>Writes bytes.</summary>
    /// <param name="bytes">A multiple of five bytes.</param>
    public static string Encode(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length * 8 / BitsOfLetter, bytes, static (text, from) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            int bit = i * BitsOfLetter;
            int pair = (from[bit / 8] << 8) | (bit / 8 + 1 < from.Length ? from[bit / 8 + 1] : 0);
            text[i] = Alphabet[(pair >> (16 - BitsOfLetter - (bit % 8))) & 0x1f];
        }
    });

    /// <summary>Reads bytes.</summary>
    /// <param name="text">The letters, of either case.</param>
    /// <param name="bytes">Filled to its end.</param>
    /// <exception cref="FormatException">The text is of another length, or has other characters.</exception>
    public static void Decode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length * BitsOfLetter != bytes.Length * 8)
        {
            throw new FormatException($"{bytes.Length} bytes are not {text.Length} letters of base 32.");
        }

        int kept = 0;
        int bits = 0;
        int written = 0;
        foreach (char c in text)
        {
            int value = Alphabet.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (value < 0)
            {
                throw new FormatException("A character is not of base 32.");
            }

            kept = ((kept << BitsOfLetter) | value) & 0xfff;
            bits += BitsOfLetter;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)(kept >> bits);
            }
        }
    }
}
