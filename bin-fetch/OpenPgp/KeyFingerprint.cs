using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Tells a key of version 4 from all others (RFC 9580, section 5.5.4).</summary>
internal readonly record struct KeyFingerprint
{
    private const int Digits = 40;
    private const int KeyIdDigits = 16;

    private readonly string? _text;

    private KeyFingerprint(string text) => _text = text;

    /// <summary>The end of it, by which signatures name their maker.</summary>
    public string KeyId => ToString()[^KeyIdDigits..];

    /// <summary>That of a public key packet.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "OpenPGP defines it so. What matters here is a second preimage, which nobody can make.")]
    public static KeyFingerprint Of(ReadOnlySpan<byte> body) =>
        new(Convert.ToHexString(SHA1.HashData([0x99, (byte)(body.Length >> 8), (byte)body.Length, .. body])));

    /// <summary>Reads what a person wrote: 40 hexadecimal digits, perhaps in groups.</summary>
    public static bool TryParse(string text, out KeyFingerprint fingerprint)
    {
        string digits = text.Replace(" ", "", StringComparison.Ordinal);
        fingerprint = new KeyFingerprint(digits.ToUpperInvariant());
        return digits.Length == Digits && digits.All(char.IsAsciiHexDigit);
    }

    public override string ToString() => _text ?? new string('0', Digits);
}
