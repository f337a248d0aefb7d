using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Testing;

/// <summary>Addresses of an in-memory overlay: 20 bytes of a hash of the key and 5 of a checksum, in base32, and the suffix.</summary>
internal sealed class InMemoryAddress(string overlay, string suffix)
{
    public const int KeyLength = 32;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int HashLength = 20;
    private const int ChecksumLength = 5;
    private const int LabelLength = (HashLength + ChecksumLength) * 8 / 5;
    private const int MaxHostLength = 255;

    /// <summary>The address of a key; where each port has an address of its own, of the port at a place in the definition.</summary>
    public string Of(ReadOnlySpan<byte> key, int index = 0)
    {
        Span<byte> input = stackalloc byte[KeyLength + sizeof(int)];
        key.CopyTo(input);
        BinaryPrimitives.WriteInt32BigEndian(input[KeyLength..], index);
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, bytes);
        Checksum(bytes[..HashLength], bytes[HashLength..(HashLength + ChecksumLength)]);
        return Encode(bytes[..(HashLength + ChecksumLength)]) + suffix;
    }

    public ParsedHost Parse(string host, int port)
    {
        ReadOnlySpan<char> name = host.AsSpan();
        if (name is [.. var rest, '.'])
        {
            name = rest;
        }

        if (!name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) || !Ascii.IsValid(name[^suffix.Length..]))
        {
            return ParsedHost.NotClaimed;
        }

        if (name.Length > MaxHostLength)
        {
            return ParsedHost.Invalid($"it is longer than {MaxHostLength} characters");
        }

        ReadOnlySpan<char> label = name[..^suffix.Length];
        label = label[(label.LastIndexOf('.') + 1)..];
        if (label.Length != LabelLength)
        {
            return ParsedHost.Invalid($"it has {label.Length} characters before {suffix} where an address has {LabelLength}");
        }

        Span<byte> bytes = stackalloc byte[HashLength + ChecksumLength];
        if (!TryDecode(label, bytes))
        {
            return ParsedHost.Invalid("it holds a character that is not of base32");
        }

        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Checksum(bytes[..HashLength], checksum);
        return bytes[HashLength..].SequenceEqual(checksum)
            ? ParsedHost.Valid(new InMemoryEndPoint(overlay, Encode(bytes) + suffix, port))
            : ParsedHost.Invalid("its checksum does not match");
    }

    private static void Checksum(ReadOnlySpan<byte> hash, Span<byte> checksum)
    {
        Span<byte> input = stackalloc byte[HashLength + 8];
        "checksum"u8.CopyTo(input);
        hash.CopyTo(input[8..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, digest);
        digest[..ChecksumLength].CopyTo(checksum);
    }

    // RFC 4648, section 6, in lower case; the length is a multiple of five, so there is no padding.
    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[LabelLength];
        for (int i = 0; i < text.Length; i++)
        {
            int bit = i * 5;
            int pair = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Alphabet[(pair >> (11 - (bit % 8))) & 31];
        }

        return new string(text);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        bytes.Clear();
        for (int i = 0; i < text.Length; i++)
        {
            int value = Alphabet.IndexOf(char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i]);
            if (value < 0)
            {
                return false;
            }

            int bit = i * 5;
            int pair = value << (11 - (bit % 8));
            bytes[bit / 8] |= (byte)(pair >> 8);
            if ((byte)pair != 0)
            {
                bytes[bit / 8 + 1] |= (byte)pair;
            }
        }

        return true;
    }
}
