using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A destination: two public keys in 384 bytes, and a certificate that tells their kinds (I2P common structures, section Destination).</summary>
internal sealed class I2PDestination
{
    /// <summary>The longest that is read. The longest keys of today take 3 KiB.</summary>
    public const int MaxSize = 4096;

    /// <summary>The size of one with an Ed25519 key.</summary>
    public const int Ed25519Size = KeysSize + CertificateHeader + KeyTypesSize;

    /// <summary>The shortest text that is one: with the empty certificate of I2P's first years.</summary>
    public const int MinTextLength = (KeysSize + CertificateHeader + 2) / 3 * 4;

    /// <summary>The longest text that is read.</summary>
    public const int MaxTextLength = (MaxSize + 2) / 3 * 4;

    /// <summary>The signature type EdDSA-SHA512-Ed25519.</summary>
    public const int Ed25519 = 7;

    /// <summary>The encryption type ElGamal-2048, which every destination had. Nobody encrypts to it any more: lease sets have keys of their own.</summary>
    public const int ElGamal = 0;

    /// <summary>The encryption type ECIES-X25519.</summary>
    public const int X25519 = 4;

    private const int KeysSize = 384;
    private const int EncryptionKeySize = 256;
    private const int SigningKeyPlace = KeysSize - Ed25519ExpandedKey.PublicKeySize;
    private const int CertificateHeader = 3;
    private const int KeyTypesSize = 4;
    private const byte NullCertificate = 0;
    private const byte KeyCertificate = 5;

    private readonly byte[] _bytes;

    private I2PDestination(byte[] bytes, int signatureType, int encryptionType)
    {
        _bytes = bytes;
        SignatureType = signatureType;
        EncryptionType = encryptionType;
        Host = Base32.Encode(SHA256.HashData(bytes)) + I2PHost.Base32Suffix;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The signature type.</summary>
    public int SignatureType { get; }

    /// <summary>The encryption type.</summary>
    public int EncryptionType { get; }

    /// <summary>The b32 host name: its hash in base32, with the suffix.</summary>
    public string Host { get; }

    /// <summary>The 32 bytes of its key, where that is an Ed25519 key.</summary>
    public ReadOnlySpan<byte> SigningKey => _bytes.AsSpan(SigningKeyPlace, Ed25519ExpandedKey.PublicKeySize);

    /// <summary>Makes the destination of an Ed25519 key.</summary>
    /// <param name="publicKey">The 32 bytes of the key.</param>
    /// <param name="filling">32 random bytes, which are repeated in the place of the encryption key and the padding, as routers do (proposal 161): that is what makes it short where it is compressed.</param>
    public static I2PDestination FromPublicKey(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> filling)
    {
        byte[] bytes = new byte[Ed25519Size];
        for (int place = 0; place < SigningKeyPlace; place += filling.Length)
        {
            filling.CopyTo(bytes.AsSpan(place));
        }

        publicKey.CopyTo(bytes.AsSpan(SigningKeyPlace));
        bytes[KeysSize] = KeyCertificate;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(KeysSize + 1), KeyTypesSize);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(KeysSize + CertificateHeader), Ed25519);
        return new I2PDestination(bytes, Ed25519, ElGamal);
    }

    /// <summary>Reads the destination that some bytes start with. Total: any bytes give an answer.</summary>
    /// <param name="bytes">The bytes; more may follow.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="why">What is wrong, as the end of a sentence.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out I2PDestination? destination, [NotNullWhen(false)] out string? why)
    {
        destination = null;
        why = null;
        if (bytes.Length < KeysSize + CertificateHeader)
        {
            why = $"it has {bytes.Length} bytes, and no destination has fewer than {KeysSize + CertificateHeader}";
            return false;
        }

        byte kind = bytes[KeysSize];
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(KeysSize + 1)..]);
        int size = KeysSize + CertificateHeader + length;
        ReadOnlySpan<byte> certificate = bytes[(KeysSize + CertificateHeader)..];
        if (kind is not (NullCertificate or KeyCertificate))
        {
            why = $"its certificate is of the kind {kind}, which no destination has today";
        }
        else if (size > Math.Min(bytes.Length, MaxSize))
        {
            why = $"its certificate claims {length} bytes, more than there are";
        }
        else if (kind == NullCertificate ? length != 0 : length < KeyTypesSize)
        {
            why = $"its certificate has {length} bytes, which its kind has not";
        }

        if (why is not null)
        {
            return false;
        }

        int signatureType = kind == NullCertificate ? 0 : BinaryPrimitives.ReadUInt16BigEndian(certificate);
        int encryptionType = kind == NullCertificate ? 0 : BinaryPrimitives.ReadUInt16BigEndian(certificate[2..]);
        if (kind == KeyCertificate && KeyExcess(signatureType, encryptionType) is { } excess && length != KeyTypesSize + excess)
        {
            why = $"its certificate has {length} bytes, and its keys (types {signatureType} and {encryptionType}) need {KeyTypesSize + excess}";
            return false;
        }

        destination = new I2PDestination(bytes[..size].ToArray(), signatureType, encryptionType);
        return true;
    }

    /// <summary>Reads base64 of a whole destination.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out I2PDestination? destination, [NotNullWhen(false)] out string? why)
    {
        destination = null;
        if (text.Length > MaxTextLength || I2PBase64.TryDecode(text) is not { } bytes)
        {
            why = text.Length > MaxTextLength ? $"it is longer than {MaxTextLength} characters" : "it is not base64 as I2P writes it";
            return false;
        }

        if (TryRead(bytes, out destination, out why) && destination._bytes.Length != bytes.Length)
        {
            why = $"{bytes.Length - destination._bytes.Length} bytes follow it";
            destination = null;
        }

        return why is null;
    }

    /// <summary>The destination in base64, as SAM writes it.</summary>
    public string ToBase64() => I2PBase64.EncodeToString(_bytes);

    /// <summary>The b32 host name.</summary>
    public override string ToString() => Host;

    // What does not fit into the 256 and 128 bytes goes into the certificate. Of keys that are not known yet, its length alone tells.
    private static int? KeyExcess(int signatureType, int encryptionType)
    {
        int? signing = signatureType switch
        {
            0 or 10 => 128,
            1 or 9 => 64,
            2 => 96,
            3 => 132,
            4 => 256,
            5 => 384,
            6 => 512,
            Ed25519 or 8 or 11 => 32,
            _ => null,
        };
        bool isKnown = encryptionType is >= 0 and <= X25519;
        return signing is { } size && isKnown ? Math.Max(0, size - (KeysSize - EncryptionKeySize)) : null;
    }
}
