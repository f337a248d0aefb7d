using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>As much of BIP 32 as ZeroNet has use for: the master key of a seed, and its children that are not hardened. A node is 64 bytes, a secret and its chain code, and the caller's to wipe.</summary>
internal static class Bip32
{
    /// <summary>The size of a node in bytes.</summary>
    public const int NodeSize = HMACSHA512.HashSizeInBytes;

    private static ReadOnlySpan<byte> MasterKey => "Bitcoin seed"u8;

    /// <summary>Makes the master node of a seed (BIP 32, "Master key generation").</summary>
    /// <param name="seed">The seed, any bytes.</param>
    /// <param name="node">Takes the node.</param>
    /// <returns>Whether there is one; of 2^127 seeds one has none.</returns>
    public static bool TryMaster(ReadOnlySpan<byte> seed, Span<byte> node)
    {
        HMACSHA512.HashData(MasterKey, seed, node);
        return Secp256k1.IsScalar(node[..Secp256k1.Size]);
    }

    /// <summary>Makes a child that is not hardened (BIP 32, "Private parent key → private child key").</summary>
    /// <param name="parent">The parent.</param>
    /// <param name="index">Which child, below 2^31.</param>
    /// <param name="child">Takes the child; not in the parent's place.</param>
    /// <returns>Whether there is one; of 2^127 indices one has none.</returns>
    public static bool TryChild(ReadOnlySpan<byte> parent, int index, Span<byte> child)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ReadOnlySpan<byte> secret = parent[..Secp256k1.Size];
        byte[] data = [.. Secp256k1.PublicKey(secret, compressed: true), 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(data.Length - sizeof(int)), index);
        HMACSHA512.HashData(parent[Secp256k1.Size..], data, child);
        Span<byte> childSecret = child[..Secp256k1.Size];
        if (!Secp256k1.IsScalar(childSecret))
        {
            return false;
        }

        Secp256k1.Add(secret, childSecret, childSecret);
        return Secp256k1.IsScalar(childSecret);
    }
}
