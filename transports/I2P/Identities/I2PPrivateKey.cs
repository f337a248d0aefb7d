using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A destination with its private keys, as routers keep it: the destination, the encryption key, and the seed of the Ed25519 key. It never prints its bytes.</summary>
internal sealed class I2PPrivateKey
{
    /// <summary>The size of a new one.</summary>
    public const int NewSize = I2PDestination.Ed25519Size + ElGamalSize + Ed25519ExpandedKey.SeedSize;

    private const int ElGamalSize = 256;
    private const int FillingSize = 32;

    private readonly byte[] _bytes;

    private I2PPrivateKey(byte[] bytes, I2PDestination destination)
    {
        _bytes = bytes;
        Destination = destination;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The destination that they make.</summary>
    public I2PDestination Destination { get; }

    private static ReadOnlySpan<byte> PortDomain => "klyntar-overlay/i2p/port"u8;

    /// <summary>Makes one from the system's random numbers.</summary>
    public static I2PPrivateKey Create()
    {
        Span<byte> material = stackalloc byte[Ed25519ExpandedKey.SeedSize + FillingSize + ElGamalSize];
        RandomNumberGenerator.Fill(material);
        return FromMaterial(material);
    }

    /// <summary>Reads one. Total: any bytes give an answer.</summary>
    /// <param name="bytes">The whole of it.</param>
    /// <param name="key">The key.</param>
    /// <param name="why">What is wrong, as a sentence without its bytes.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out I2PPrivateKey? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        if (!I2PDestination.TryRead(bytes, out I2PDestination? destination, out why))
        {
            why = $"It does not start with a destination: {why}.";
            return false;
        }

        int encryption = destination.EncryptionType == I2PDestination.ElGamal ? ElGamalSize : X25519Key.Size;
        int size = destination.Bytes.Length + encryption + Ed25519ExpandedKey.SeedSize;
        why = destination switch
        {
            _ when bytes.Length == destination.Bytes.Length => "This is a destination, the public part, and not the key. The key begins with the same bytes and is longer.",
            { SignatureType: not I2PDestination.Ed25519 } => $"The key's signature type is {destination.SignatureType}, and only Ed25519 (type {I2PDestination.Ed25519}) is published. Make a new identity.",
            { EncryptionType: not (I2PDestination.ElGamal or I2PDestination.X25519) } => $"The key's encryption type is {destination.EncryptionType}, which is not known here. Make a new identity.",
            _ when bytes.Length != size => $"It has {bytes.Length} bytes, and a key of its types has {size}.",
            _ => CheckSeed(bytes[^Ed25519ExpandedKey.SeedSize..], destination),
        };
        key = why is null ? new I2PPrivateKey(bytes.ToArray(), destination) : null;
        return why is null;
    }

    /// <summary>The key of a further virtual port: the same one for the same key and port, and nobody who knows one learns another.</summary>
    /// <param name="port">The virtual port.</param>
    public I2PPrivateKey Derive(int port)
    {
        Span<byte> info = stackalloc byte[PortDomain.Length + sizeof(ushort)];
        PortDomain.CopyTo(info);
        BinaryPrimitives.WriteUInt16BigEndian(info[PortDomain.Length..], checked((ushort)port));
        Span<byte> material = stackalloc byte[Ed25519ExpandedKey.SeedSize + FillingSize + ElGamalSize];
        HKDF.DeriveKey(HashAlgorithmName.SHA512, _bytes.AsSpan(_bytes.Length - Ed25519ExpandedKey.SeedSize), material, default, info);
        return FromMaterial(material);
    }

    /// <summary>Says what this is, without its bytes.</summary>
    public override string ToString() => "a destination's private key";

    private static I2PPrivateKey FromMaterial(Span<byte> material)
    {
        ReadOnlySpan<byte> seed = material[..Ed25519ExpandedKey.SeedSize];
        ReadOnlySpan<byte> filling = material.Slice(seed.Length, FillingSize);
        I2PDestination destination = I2PDestination.FromPublicKey(Ed25519ExpandedKey.FromSeed(seed).PublicKey, filling);
        byte[] bytes = new byte[NewSize];
        destination.Bytes.CopyTo(bytes);

        // As i2pd does: no key belongs to what stands in the encryption key's place, so any bytes may be its other half.
        material[(seed.Length + FillingSize)..].CopyTo(bytes.AsSpan(destination.Bytes.Length));
        seed.CopyTo(bytes.AsSpan(bytes.Length - seed.Length));
        CryptographicOperations.ZeroMemory(material);
        return new I2PPrivateKey(bytes, destination);
    }

    private static string? CheckSeed(ReadOnlySpan<byte> seed, I2PDestination destination)
    {
        if (!seed.ContainsAnyExcept((byte)0))
        {
            return "The signing key is kept offline and is not in this file. Import the whole key.";
        }

        return Ed25519ExpandedKey.FromSeed(seed).PublicKey.SequenceEqual(destination.SigningKey)
            ? null
            : "The private key does not make the destination before it: the file is damaged. Restore it from a backup.";
    }
}
