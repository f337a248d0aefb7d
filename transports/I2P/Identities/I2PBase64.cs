using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>I2P's base64: that of RFC 4648, section 4, with <c>-</c> and <c>~</c> in place of <c>+</c> and <c>/</c>, and with its padding.</summary>
internal static class I2PBase64
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~=");

    /// <summary>The number of characters that a number of bytes is written in.</summary>
    public static int GetEncodedLength(int bytes) => Base64.GetMaxEncodedToUtf8Length(bytes);

    /// <summary>Whether a text has characters of this base64 only.</summary>
    public static bool IsBase64(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Alphabet);

    /// <summary>Writes bytes as ASCII, which can be wiped.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        byte[] text = new byte[GetEncodedLength(bytes.Length)];
        Base64.EncodeToUtf8(bytes, text, out _, out _);
        text.AsSpan().Replace((byte)'+', (byte)'-');
        text.AsSpan().Replace((byte)'/', (byte)'~');
        return text;
    }

    /// <summary>Writes bytes that are no secret.</summary>
    public static string EncodeToString(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(Encode(bytes));

    /// <summary>Reads a text. One text for one value: white space, missing padding and left-over bits that are not zero are refused.</summary>
    /// <returns>The bytes, or null where the text is not valid.</returns>
    public static byte[]? TryDecode(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !IsBase64(text))
        {
            return null;
        }

        byte[] ascii = new byte[text.Length];
        Encoding.ASCII.GetBytes(text, ascii);
        byte[] given = [.. ascii];
        ascii.AsSpan().Replace((byte)'-', (byte)'+');
        ascii.AsSpan().Replace((byte)'~', (byte)'/');
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(ascii.Length)];
        try
        {
            return Base64.DecodeFromUtf8(ascii, bytes, out _, out int written) == OperationStatus.Done
                && Encode(bytes.AsSpan(0, written)).AsSpan().SequenceEqual(given)
                ? bytes[..written]
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ascii);
            CryptographicOperations.ZeroMemory(given);
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
