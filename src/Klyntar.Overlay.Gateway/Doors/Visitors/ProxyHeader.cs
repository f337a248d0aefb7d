using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace Klyntar.Overlay.Gateway;

/// <summary>What a node that speaks the PROXY protocol is told of a visitor before its first byte.</summary>
/// <remarks><a href="https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt">proxy-protocol.txt</a>, sections 2.1 and 2.2. Both addresses are of IPv4, as all visitors' are.</remarks>
internal static class ProxyHeader
{
    /// <summary>The longest header that is sent. Receivers have room for the longest line of version 1, and nginx before 1.23.2 for no more in version 2 either.</summary>
    public const int MaxLength = 107;

    private const byte ProxyCommand = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte AuthorityType = 0x02;
    private const int LengthAt = 14;
    private const int AddressesAt = 16;
    private const int AddressesEnd = AddressesAt + 12;
    private const int TlvHeader = 3;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>A line of version 1.</summary>
    /// <param name="source">Where the visitor comes from.</param>
    /// <param name="destination">Where it goes to.</param>
    public static ReadOnlyMemory<byte> Text(IPEndPoint source, IPEndPoint destination)
    {
        CheckFamilies(source, destination);
        byte[] line = new byte[MaxLength];
        _ = Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"PROXY TCP4 {source.Address} {destination.Address} {source.Port} {destination.Port}\r\n", out int written);
        return line.AsMemory(0, written);
    }

    /// <summary>A header of version 2.</summary>
    /// <param name="source">Where the visitor comes from.</param>
    /// <param name="destination">Where it goes to.</param>
    /// <param name="authority">The host that it visited (PP2_TYPE_AUTHORITY), or null; left out where it makes the header too long.</param>
    public static ReadOnlyMemory<byte> Binary(IPEndPoint source, IPEndPoint destination, string? authority)
    {
        CheckFamilies(source, destination);
        byte[] header = new byte[MaxLength];
        Signature.CopyTo(header);
        header[Signature.Length] = ProxyCommand;
        header[Signature.Length + 1] = TcpOverIPv4;
        _ = source.Address.TryWriteBytes(header.AsSpan(AddressesAt), out _);
        _ = destination.Address.TryWriteBytes(header.AsSpan(AddressesAt + 4), out _);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(AddressesAt + 8), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(AddressesAt + 10), (ushort)destination.Port);
        int end = AddressesEnd;
        if (authority is not null && Encoding.UTF8.TryGetBytes(authority, header.AsSpan(AddressesEnd + TlvHeader), out int length))
        {
            header[AddressesEnd] = AuthorityType;
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(AddressesEnd + 1), (ushort)length);
            end += TlvHeader + length;
        }

        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(LengthAt), (ushort)(end - AddressesAt));
        return header.AsMemory(0, end);
    }

    private static void CheckFamilies(IPEndPoint source, IPEndPoint destination)
    {
        if (source.AddressFamily != AddressFamily.InterNetwork || destination.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new ArgumentException("Visitors and the targets that they are shown to have addresses of IPv4.", nameof(source));
        }
    }
}
