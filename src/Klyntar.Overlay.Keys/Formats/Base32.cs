namespace Klyntar.Overlay.Keys;

/// <summary>Base32 (RFC 4648, section 6) in lower case and without padding, as onion and I2P addresses are written.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int BitsPerCharacter = 5;

    /// <summary>The number of characters that a number of bytes is written in.</summary>
    public static int GetEncodedLength(int bytes) => checked(((bytes * 8) + BitsPerCharacter - 1) / BitsPerCharacter);

    /// <summary>The number of bytes that a number of characters holds.</summary>
    public static int GetDecodedLength(int characters) => checked(characters * BitsPerCharacter) / 8;

    /// <summary>Writes bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) =>
        string.Create(GetEncodedLength(bytes.Length), bytes, static (text, source) => Encode(source, text));

    /// <summary>Writes bytes to where they can be wiped.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="text">Where the characters go: exactly <see cref="GetEncodedLength"/> of them.</param>
    /// <exception cref="ArgumentException">There is room for another number of characters.</exception>
    public static void Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        if (text.Length != GetEncodedLength(bytes.Length))
        {
            throw new ArgumentException($"{bytes.Length} bytes are written in {GetEncodedLength(bytes.Length)} characters.", nameof(text));
        }

        int bits = 0;
        int held = 0;
        int next = 0;
        foreach (byte b in bytes)
        {
            bits = ((bits << 8) | b) & 0xFFF;
            held += 8;
            while (held >= BitsPerCharacter)
            {
                held -= BitsPerCharacter;
                text[next++] = Alphabet[(bits >> held) & 0x1F];
            }
        }

        if (held > 0)
        {
            text[next] = Alphabet[(bits << (BitsPerCharacter - held)) & 0x1F];
        }
    }

    /// <summary>Reads characters of either case. One text for one value: a length that no bytes give and left-over bits that are not zero are refused.</summary>
    /// <param name="text">The characters, without padding.</param>
    /// <param name="bytes">Where the bytes go: exactly <see cref="GetDecodedLength"/> of them.</param>
    /// <returns>Whether the text was valid. Where not, the bytes are undefined.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (bytes.Length != GetDecodedLength(text.Length) || GetEncodedLength(bytes.Length) != text.Length)
        {
            return false;
        }

        int bits = 0;
        int held = 0;
        int next = 0;
        foreach (char c in text)
        {
            int value = ValueOf(c);
            if (value < 0)
            {
                return false;
            }

            bits = ((bits << BitsPerCharacter) | value) & 0xFFF;
            held += BitsPerCharacter;
            if (held >= 8)
            {
                held -= 8;
                bytes[next++] = (byte)(bits >> held);
            }
        }

        return (bits & ((1 << held) - 1)) == 0;
    }

    /// <summary>Whether a character is of the alphabet, in either case.</summary>
    public static bool IsCharacter(char c) => ValueOf(c) >= 0;

    private static int ValueOf(char c) => c switch
    {
        >= 'a' and <= 'z' => c - 'a',
        >= 'A' and <= 'Z' => c - 'A',
        >= '2' and <= '7' => c - '2' + 26,
        _ => -1,
    };
}
