using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What zero:// trackers, and peers on a local network, call a site by: SHA-256 of its address.</summary>
internal readonly record struct SiteHash
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>Takes a hash.</summary>
    /// <param name="bytes"><see cref="AnnounceParams.HashBytes"/> bytes.</param>
    public SiteHash(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>The hash of a site.</summary>
    public static SiteHash Of(ZeroNetAddress site) => new(BytesOf(site));

    /// <summary>Writes the hash.</summary>
    /// <param name="bytes">Room for <see cref="AnnounceParams.HashBytes"/> bytes.</param>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], _low);
    }

    /// <summary>The bytes of a site's hash.</summary>
    public static byte[] BytesOf(ZeroNetAddress site) => SHA256.HashData(Encoding.ASCII.GetBytes(site.Text));
}
