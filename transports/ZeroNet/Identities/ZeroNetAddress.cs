using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The address of a site, which is a Bitcoin address: Base58Check of a zero byte and RIPEMD-160 of SHA-256 of the public key as it is written. So the two ways to
/// write a public key, uncompressed and compressed, make two addresses of one secret; ZeroNet makes the uncompressed one and takes both.
/// </summary>
internal sealed record ZeroNetAddress
{
    /// <summary>The name of the overlay.</summary>
    public const string OverlayName = "zeronet";

    private const int HashSize = 20;
    private const byte Version = 0;

    private ZeroNetAddress(string text) => Text = text;

    /// <summary>The address as ZeroNet writes it, beginning with <c>1</c>. It is the only text of its value; upper and lower case differ.</summary>
    public string Text { get; }

    /// <summary>The address that a public key makes.</summary>
    /// <param name="publicKey">The point as SEC 1, section 2.3.3 writes it: 65 bytes, or 33 compressed.</param>
    public static ZeroNetAddress FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(publicKey, sha256);
        Span<byte> payload = stackalloc byte[1 + HashSize];
        payload[0] = Version;
        var ripemd160 = new RipeMD160Digest();
        ripemd160.BlockUpdate(sha256);
        ripemd160.DoFinal(payload[1..]);
        return new ZeroNetAddress(Base58Check.EncodeToString(payload));
    }

    /// <summary>Reads one. Total: any text gives an answer.</summary>
    /// <param name="text">The address, and nothing around it.</param>
    /// <param name="address">The address.</param>
    /// <param name="why">What is wrong, as the end of a sentence that does not repeat the text.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ZeroNetAddress? address, [NotNullWhen(false)] out string? why)
    {
        address = null;
        if (!Base58Check.TryDecode(text, out byte[]? payload, out why))
        {
            return false;
        }

        why = payload switch
        {
            { Length: not 1 + HashSize } => $"it stands for {payload.Length} bytes, and an address for {1 + HashSize}",
            [not Version, ..] => $"it is an address of another kind (version {payload[0]}); those of ZeroNet begin with 1",
            _ => null,
        };
        address = why is null ? new ZeroNetAddress(text.ToString()) : null;
        CryptographicOperations.ZeroMemory(payload);
        return address is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
