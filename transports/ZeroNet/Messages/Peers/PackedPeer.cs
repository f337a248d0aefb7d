using System.Buffers.Binary;
using System.Net;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Where a peer is, as peers tell each other: 4, 16 or 35 bytes of address, and the port as 16 bits, little-endian.</summary>
/// <param name="Kind">What the address is.</param>
/// <param name="Host">The address as text; an onion with its suffix, whose checksum is not looked at here.</param>
/// <param name="Port">The port; real nodes give 0 and 1 to peers that nobody reaches.</param>
internal readonly record struct PackedPeer(PeerAddressKind Kind, string Host, int Port)
{
    private const string OnionSuffix = ".onion";
    private const int IPv4Bytes = 4;
    private const int IPv6Bytes = 16;
    private const int OnionBytes = 35;
    private const int PortBytes = 2;

    /// <summary>The packed peer's length, in bytes.</summary>
    public int PackedBytes => PortBytes + Kind switch
    {
        PeerAddressKind.IPv4 => IPv4Bytes,
        PeerAddressKind.IPv6 => IPv6Bytes,
        _ => OnionBytes,
    };

    /// <summary>Whether the address is one that the whole network may know. What is not leads into somebody's own network, and must not be dialled on a stranger's word.</summary>
    public bool IsPublic => Kind is PeerAddressKind.Onion || PublicAddress.Is(IPAddress.Parse(Host));

    /// <summary>Takes an IP address for a peer.</summary>
    public static PackedPeer Of(IPAddress address, int port)
    {
        // The text has no scope, which the bytes have none of either.
        byte[] bytes = address.GetAddressBytes();
        return new PackedPeer(bytes.Length == IPv4Bytes ? PeerAddressKind.IPv4 : PeerAddressKind.IPv6, new IPAddress(bytes).ToString(), port);
    }

    /// <summary>Reads a packed peer. Its length says what it is.</summary>
    /// <returns>The peer; null for any other length.</returns>
    public static PackedPeer? Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < PortBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> address = packed[..^PortBytes];
        int port = BinaryPrimitives.ReadUInt16LittleEndian(packed[^PortBytes..]);
        return address.Length switch
        {
            IPv4Bytes or IPv6Bytes => Of(new IPAddress(address), port),
            OnionBytes => new PackedPeer(PeerAddressKind.Onion, Base32.Encode(address) + OnionSuffix, port),
            _ => null,
        };
    }

    /// <summary>Writes the peer.</summary>
    /// <param name="packed">At least <see cref="PackedBytes"/>.</param>
    /// <exception cref="FormatException">The host is not of its kind.</exception>
    public void Pack(Span<byte> packed)
    {
        Span<byte> address = packed[..(PackedBytes - PortBytes)];
        bool isWritten = Kind is PeerAddressKind.Onion
            ? Base32.TryDecode(Host.AsSpan()[..^OnionSuffix.Length], address)
            : IPAddress.Parse(Host).TryWriteBytes(address, out int written) && written == address.Length;
        if (!isWritten)
        {
            throw new FormatException($"{Host} is no address of {address.Length} bytes.");
        }

        BinaryPrimitives.WriteUInt16LittleEndian(packed[address.Length..], (ushort)Port);
    }
}
