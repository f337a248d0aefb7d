using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The address of an encrypted lease set, called b33: the public key itself, with flags and a checksum, in base32 (I2P, "B32 for Encrypted Leasesets").</summary>
/// <param name="PublicKey">The 32 bytes of the unblinded key.</param>
/// <param name="SignatureType">The key's type: 7 or 11.</param>
/// <param name="NeedsSecret">Whether visitors need a secret beside the address.</param>
/// <param name="NeedsClientKey">Whether visitors need a key that the service knows.</param>
internal sealed record BlindedAddress(ReadOnlyMemory<byte> PublicKey, int SignatureType, bool NeedsSecret, bool NeedsClientKey)
{
    /// <summary>The number of characters before the suffix.</summary>
    public const int LabelLength = 56;

    private const int Size = HeaderSize + Ed25519ExpandedKey.PublicKeySize;
    private const int HeaderSize = 3;
    private const int RedDsa = 11;
    private const int TwoByteTypes = 1;
    private const int Secret = 2;
    private const int ClientKey = 4;

    /// <summary>The host name, in canonical form.</summary>
    public string Host
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            bytes[0] = (byte)((NeedsSecret ? Secret : 0) | (NeedsClientKey ? ClientKey : 0));
            bytes[1] = (byte)SignatureType;
            bytes[2] = RedDsa;
            PublicKey.Span.CopyTo(bytes[HeaderSize..]);
            Mask(bytes);
            return Base32.Encode(bytes) + I2PHost.Base32Suffix;
        }
    }

    /// <summary>Reads the label before <c>.b32.i2p</c>, of either case.</summary>
    /// <param name="label">The label, of <see cref="LabelLength"/> characters.</param>
    /// <param name="address">The address.</param>
    /// <param name="why">What is wrong, as the end of a sentence.</param>
    public static bool TryParse(ReadOnlySpan<char> label, [NotNullWhen(true)] out BlindedAddress? address, [NotNullWhen(false)] out string? why)
    {
        address = null;
        why = null;
        Span<byte> bytes = stackalloc byte[Size];
        if (label.Length != LabelLength || !Base32.TryDecode(label, bytes))
        {
            why = "it has a character other than a-z and 2-7";
            return false;
        }

        Mask(bytes);
        int flags = bytes[0];
        if (bytes[1] is not (I2PDestination.Ed25519 or RedDsa) || bytes[2] != RedDsa || (flags & ~(Secret | ClientKey)) is not 0)
        {
            why = (flags & ~(TwoByteTypes | Secret | ClientKey)) == 0 && (flags & TwoByteTypes) != 0
                ? "its key is of a type that is not known yet"
                : "its checksum does not match; a letter is mistyped";
            return false;
        }

        address = new BlindedAddress(bytes[HeaderSize..].ToArray(), bytes[1], (flags & Secret) != 0, (flags & ClientKey) != 0);
        return true;
    }

    // Both ways.
    private static void Mask(Span<byte> bytes)
    {
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32.Of(bytes[HeaderSize..]));
        for (int i = 0; i < HeaderSize; i++)
        {
            bytes[i] ^= checksum[i];
        }
    }
}
