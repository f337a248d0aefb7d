using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The private key of a site: a secret on secp256k1, and whether its address is that of the compressed public key. It never prints its bytes.</summary>
internal sealed class ZeroNetPrivateKey
{
    private const byte WifVersion = 0x80;
    private const byte CompressedMark = 1;
    private const int WifSize = 1 + Secp256k1.Size;

    private readonly byte[] _secret;
    private readonly byte[] _publicKey;

    private ZeroNetPrivateKey(ReadOnlySpan<byte> secret, bool isCompressed)
    {
        _secret = secret.ToArray();
        _publicKey = Secp256k1.PublicKey(secret, isCompressed);
        IsCompressed = isCompressed;
        Address = ZeroNetAddress.FromPublicKey(_publicKey);
    }

    /// <summary>Whether the address is that of the compressed public key. New keys of ZeroNet are not.</summary>
    public bool IsCompressed { get; }

    /// <summary>The public key as SEC 1 writes it: 65 bytes, or 33 where it is compressed.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The address that it makes.</summary>
    public ZeroNetAddress Address { get; }

    /// <summary>Makes one from the system's random numbers, uncompressed as ZeroNet's are.</summary>
    public static ZeroNetPrivateKey Create()
    {
        Span<byte> secret = stackalloc byte[Secp256k1.Size];
        ZeroNetPrivateKey? key;
        do
        {
            RandomNumberGenerator.Fill(secret);
        }
        while (!TryFromSecret(secret, isCompressed: false, out key));

        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>Takes a secret, and copies it.</summary>
    /// <param name="secret">Any bytes.</param>
    /// <param name="isCompressed">Whether the address is that of the compressed public key.</param>
    /// <param name="key">The key.</param>
    /// <returns>Whether the bytes are a secret: 32, from 1 to n - 1.</returns>
    public static bool TryFromSecret(ReadOnlySpan<byte> secret, bool isCompressed, [NotNullWhen(true)] out ZeroNetPrivateKey? key)
    {
        key = Secp256k1.IsScalar(secret) ? new ZeroNetPrivateKey(secret, isCompressed) : null;
        return key is not null;
    }

    /// <summary>Reads the wallet import format: Base58Check of 0x80, the secret, and 01 where the public key is compressed. Total: any bytes give an answer.</summary>
    /// <param name="text">The text in ASCII, and nothing around it.</param>
    /// <param name="key">The key.</param>
    /// <param name="why">What is wrong, as the end of a sentence that does not repeat the text.</param>
    public static bool TryReadWif(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ZeroNetPrivateKey? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        Span<char> characters = stackalloc char[Base58Check.MaxTextLength];
        if (!Encoding.Latin1.TryGetChars(text, characters, out int length))
        {
            why = $"it has {text.Length} characters, and a private key has at most 52";
            return false;
        }

        if (Base58Check.TryDecode(characters[..length], out byte[]? payload, out why))
        {
            why = payload switch
            {
                { Length: not (WifSize or WifSize + 1) } => $"it stands for {payload.Length} bytes, and a private key for {WifSize}, or {WifSize + 1} where it is compressed",
                [not WifVersion, ..] => $"it is of another kind (version {payload[0]}), and private keys of ZeroNet have {WifVersion}",
                { Length: WifSize + 1 } when payload[^1] != CompressedMark => "it ends with a byte that no private key ends with",
                _ when !TryFromSecret(payload.AsSpan(1, Secp256k1.Size), payload.Length > WifSize, out key) => "its number is zero or beyond the curve's, which no private key is",
                _ => null,
            };
            CryptographicOperations.ZeroMemory(payload);
        }

        characters.Clear();
        return why is null;
    }

    /// <summary>Writes the wallet import format in ASCII, to be wiped by the caller. <see cref="TryReadWif"/> reads it back.</summary>
    public byte[] ToWif()
    {
        Span<byte> payload = stackalloc byte[WifSize + 1];
        payload[0] = WifVersion;
        _secret.CopyTo(payload[1..]);
        payload[^1] = CompressedMark;
        byte[] text = Base58Check.Encode(IsCompressed ? payload : payload[..WifSize]);
        CryptographicOperations.ZeroMemory(payload);
        return text;
    }

    /// <summary>Signs a text as ZeroNet does; the same text gives the same signature. <see cref="ZeroNetSignature.Recover"/> tells its signer.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <returns>The signature in base64, of <see cref="ZeroNetSignature.TextLength"/> characters.</returns>
    public string Sign(ReadOnlySpan<byte> text) => ZeroNetSignature.Sign(text, _secret, IsCompressed);

    /// <summary>Says what this is, without its bytes.</summary>
    public override string ToString() => "a site's private key";
}
