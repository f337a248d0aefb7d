using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Base58Check, in which addresses and private keys are written: bytes and the first four of their double SHA-256, as one number in base 58, with a <c>1</c> for each zero byte in front.</summary>
internal static class Base58Check
{
    /// <summary>The longest text that is read. Addresses have 34 characters and private keys 52; BIP 32 writes extended keys in 111.</summary>
    public const int MaxTextLength = 128;

    /// <summary>The size of a checksum, in bytes.</summary>
    public const int ChecksumSize = 4;

    /// <summary>The most bytes that are written: as many as fit into the longest text, whatever they are.</summary>
    public const int MaxPayloadSize = 88;

    private const int Radix = 58;

    // Without 0, O, I and l, which are mistaken for others.
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>Writes bytes as ASCII, which can be wiped.</summary>
    /// <param name="payload">The bytes, at most <see cref="MaxPayloadSize"/>, without the checksum.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayloadSize, nameof(payload));
        Span<byte> bytes = stackalloc byte[payload.Length + ChecksumSize];
        payload.CopyTo(bytes);
        Checksum(payload, bytes[payload.Length..]);
        int zeros = LeadingCount(bytes, (byte)0);

        // The digits of the number in base 58, the last one first.
        Span<byte> digits = stackalloc byte[MaxTextLength];
        int count = 0;
        foreach (byte b in bytes[zeros..])
        {
            count = MultiplyAndAdd(digits, count, byte.MaxValue + 1, b, Radix);
        }

        byte[] text = new byte[zeros + count];
        text.AsSpan(0, zeros).Fill((byte)Alphabet[0]);
        for (int i = 0; i < count; i++)
        {
            text[^(i + 1)] = (byte)Alphabet[digits[i]];
        }

        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(digits);
        return text;
    }

    /// <summary>Writes bytes that are no secret.</summary>
    /// <inheritdoc cref="Encode"/>
    public static string EncodeToString(ReadOnlySpan<byte> payload) => Encoding.ASCII.GetString(Encode(payload));

    /// <summary>Reads a text. Total, and one text for one value: white space is refused as well.</summary>
    /// <param name="text">The text; one that is too long is refused unread.</param>
    /// <param name="payload">The bytes without the checksum.</param>
    /// <param name="why">What is wrong, as the end of a sentence that does not repeat the text.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? payload, [NotNullWhen(false)] out string? why)
    {
        payload = null;
        if (text.Length > MaxTextLength)
        {
            why = $"it has {text.Length} characters, and nothing on ZeroNet is written in more than {MaxTextLength}";
            return false;
        }

        int zeros = LeadingCount(text, Alphabet[0]);

        // The bytes of the number, the last one first.
        Span<byte> number = stackalloc byte[MaxTextLength];
        int count = 0;
        foreach (char c in text[zeros..])
        {
            int digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
            {
                CryptographicOperations.ZeroMemory(number);
                why = "it has a character other than digits and letters, or one of 0, O, I and l, which are left out as they look like others";
                return false;
            }

            count = MultiplyAndAdd(number, count, Radix, digit, byte.MaxValue + 1);
        }

        Span<byte> bytes = stackalloc byte[zeros + count];
        bytes[..zeros].Clear();
        number[..count].CopyTo(bytes[zeros..]);
        bytes[zeros..].Reverse();
        why = Check(bytes);
        payload = why is null ? bytes[..^ChecksumSize].ToArray() : null;
        CryptographicOperations.ZeroMemory(number);
        CryptographicOperations.ZeroMemory(bytes);
        return payload is not null;
    }

    /// <summary>Computes the checksum of bytes.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="checksum">At least <see cref="ChecksumSize"/> bytes.</param>
    public static void Checksum(ReadOnlySpan<byte> payload, Span<byte> checksum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        SHA256.HashData(hash, hash);
        hash[..ChecksumSize].CopyTo(checksum);
    }

    private static string? Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ChecksumSize)
        {
            return "it is too short to have a checksum";
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        Checksum(bytes[..^ChecksumSize], checksum);
        return checksum.SequenceEqual(bytes[^ChecksumSize..]) ? null : "its checksum does not match; a character is mistyped or missing";
    }

    // The number's digits are in another base than what it is multiplied by; neither base is above 256.
    private static int MultiplyAndAdd(Span<byte> digits, int count, int factor, int addend, int radix)
    {
        int carry = addend;
        for (int i = 0; i < count; i++)
        {
            carry += factor * digits[i];
            digits[i] = (byte)(carry % radix);
            carry /= radix;
        }

        for (; carry > 0; carry /= radix)
        {
            digits[count++] = (byte)(carry % radix);
        }

        return count;
    }

    private static int LeadingCount<T>(ReadOnlySpan<T> values, T value)
        where T : IEquatable<T>
    {
        int other = values.IndexOfAnyExcept(value);
        return other < 0 ? values.Length : other;
    }
}
