using System.Buffers;
using System.Buffers.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What tor writes before a visitor's first byte: a line of the PROXY protocol, version 1, whose source address ends in the number of the visitor's circuit.</summary>
/// <remarks>
/// tor(1), HiddenServiceExportCircuitID: <c>"PROXY TCP6 fc00:dead:beef:4dad::" high ":" low " ::1 " sourcePort SP port CRLF</c>, the two halves of the
/// number in hexadecimal. The protocol: haproxy's proxy-protocol.txt, section 2.1.
/// </remarks>
internal static class CircuitHeader
{
    /// <summary>The longest line of the protocol, with its end.</summary>
    public const int MaxLength = 107;

    private const int HalfBits = 16;

    private static ReadOnlySpan<byte> Start => "PROXY TCP6 fc00:dead:beef:4dad::"u8;

    private static ReadOnlySpan<byte> LocalAddress => " ::1 "u8;

    /// <summary>Reads the line.</summary>
    /// <param name="received">What has come so far.</param>
    /// <param name="circuit">The circuit's number.</param>
    /// <param name="length">How many bytes the line has, with its end.</param>
    /// <returns><see cref="OperationStatus.Done"/>; <see cref="OperationStatus.NeedMoreData"/> where the beginning may become such a line; <see cref="OperationStatus.InvalidData"/> where it will not.</returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> received, out uint circuit, out int length)
    {
        circuit = 0;
        length = 0;
        int known = Math.Min(received.Length, Start.Length);
        if (!received[..known].SequenceEqual(Start[..known]))
        {
            return OperationStatus.InvalidData;
        }

        ReadOnlySpan<byte> line = received[..Math.Min(received.Length, MaxLength)];
        int end = line.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return received.Length < MaxLength ? OperationStatus.NeedMoreData : OperationStatus.InvalidData;
        }

        ReadOnlySpan<byte> rest = line[Start.Length..end];
        if (!TryTakeHalf(ref rest, out uint high) || !TryTake(ref rest, ":"u8) || !TryTakeHalf(ref rest, out uint low)
            || !TryTake(ref rest, LocalAddress) || !TryTakePort(ref rest) || !TryTake(ref rest, " "u8) || !TryTakePort(ref rest) || !rest.IsEmpty)
        {
            return OperationStatus.InvalidData;
        }

        circuit = (high << HalfBits) | low;
        length = end + 2;
        return OperationStatus.Done;
    }

    private static bool TryTakeHalf(ref ReadOnlySpan<byte> text, out uint half)
    {
        if (!Utf8Parser.TryParse(text, out half, out int used, 'x') || half > ushort.MaxValue)
        {
            return false;
        }

        text = text[used..];
        return true;
    }

    private static bool TryTakePort(ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || !char.IsAsciiDigit((char)text[0]) || !Utf8Parser.TryParse(text, out ushort _, out int used))
        {
            return false;
        }

        text = text[used..];
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected)
    {
        if (!text.StartsWith(expected))
        {
            return false;
        }

        text = text[expected.Length..];
        return true;
    }
}
