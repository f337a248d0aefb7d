using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay;
using Klyntar.Overlay.Keys;

namespace SampleNamespace;

/// <summary>
/// Addresses: 16 bytes of the hash of a service's key and 4 bytes of checksum, in base32, before ".sampletransport". The key makes the
/// address, so that it lasts as long as the key; the checksum tells a mistyped one from a valid one.
/// </summary>
internal static class SampleClassAddress
{
    /// <summary>The transport's name: a lower case letter, then at most 31 letters and digits.</summary>
    public const string Overlay = "sampletransport";

    /// <summary>What all addresses end in.</summary>
    public const string Suffix = "." + Overlay;

    private const int HashLength = 16;
    private const int ChecksumLength = 4;

    /// <summary>The address of a key.</summary>
    public static string OfKey(ReadOnlySpan<byte> key)
    {
        byte[] hash = SHA256.HashData(key)[..HashLength];
        return Base32.Encode([.. hash, .. Checksum(hash)]) + Suffix;
    }

    /// <summary>
    /// Reads what a client wrote. Whoever asks may be hostile: any string gets an answer, none throws, and length is checked before work is done.
    /// </summary>
    public static ParsedHost Parse(string host, int port)
    {
        ReadOnlySpan<char> name = host.EndsWith('.') ? host.AsSpan(0, host.Length - 1) : host;
        if (!name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || !Ascii.IsValid(name))
        {
            // Another's, or nobody's. Never claim what is not yours: names of other overlays would leave by your road.
            return ParsedHost.NotClaimed;
        }

        ReadOnlySpan<char> label = name[..^Suffix.Length];
        Span<byte> bytes = stackalloc byte[HashLength + ChecksumLength];
        if (label.Length != Base32.GetEncodedLength(bytes.Length) || !Base32.TryDecode(label, bytes))
        {
            return ParsedHost.Invalid($"before {Suffix} stand {Base32.GetEncodedLength(bytes.Length)} letters and digits, and nothing else");
        }

        return Checksum(bytes[..HashLength]).AsSpan().SequenceEqual(bytes[HashLength..])
            ? ParsedHost.Valid(new SampleClassEndPoint(Base32.Encode(bytes) + Suffix, port))
            : ParsedHost.Invalid("its checksum does not match");
    }

    private static byte[] Checksum(ReadOnlySpan<byte> hash) => SHA256.HashData([.. "checksum"u8, .. hash])[..ChecksumLength];
}
