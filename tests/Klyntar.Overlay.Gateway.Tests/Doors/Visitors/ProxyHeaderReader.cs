using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A receiver of the PROXY protocol that accepts what the specification says and nothing else: proxy-protocol.txt, sections 2.1 and 2.2.</summary>
internal static partial class ProxyHeaderReader
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>Reads a line of version 1 that is all there is.</summary>
    public static (IPEndPoint Source, IPEndPoint Destination) ReadText(ReadOnlySpan<byte> header)
    {
        Match match = Line().Match(Encoding.ASCII.GetString(header));
        return match.Success && header.Length <= 56 ? (EndPoint(1, 3), EndPoint(2, 4)) : throw new FormatException(Encoding.ASCII.GetString(header));

        IPEndPoint EndPoint(int address, int port) => new(
            new IPAddress([.. match.Groups[address].Value.Split('.').Select(b => byte.Parse(b, NumberStyles.None, CultureInfo.InvariantCulture))]),
            ushort.Parse(match.Groups[port].Value, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a header of version 2 that is all there is.</summary>
    public static (IPEndPoint Source, IPEndPoint Destination, IReadOnlyDictionary<byte, byte[]> Values) ReadBinary(ReadOnlySpan<byte> header)
    {
        if (!header.StartsWith(Signature) || header[12] != 0x21 || header[13] != 0x11 || BinaryPrimitives.ReadUInt16BigEndian(header[14..]) != header.Length - 16)
        {
            throw new FormatException(Convert.ToHexString(header));
        }

        var source = new IPEndPoint(new IPAddress(header[16..20]), BinaryPrimitives.ReadUInt16BigEndian(header[24..]));
        var destination = new IPEndPoint(new IPAddress(header[20..24]), BinaryPrimitives.ReadUInt16BigEndian(header[26..]));
        var values = new Dictionary<byte, byte[]>();
        for (ReadOnlySpan<byte> rest = header[28..]; !rest.IsEmpty;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            values.Add(rest[0], rest[3..(3 + length)].ToArray());
            rest = rest[(3 + length)..];
        }

        return (source, destination, values);
    }

    [GeneratedRegex(@"\APROXY TCP4 ((?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})) ((?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})) (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\r\n\z")]
    private static partial Regex Line();
}
