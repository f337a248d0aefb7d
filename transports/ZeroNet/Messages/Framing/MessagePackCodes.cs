using System.Buffers.Binary;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What the first byte of a MessagePack value tells (MessagePack specification, "Formats").</summary>
internal static class MessagePackCodes
{
    /// <summary>The longest header, in bytes: a code, and a length of 32 bits.</summary>
    public const int LongestHeader = 5;

    /// <summary>Whether a value is a map.</summary>
    public static bool IsMap(byte code) => code is (>= 0x80 and <= 0x8f) or 0xde or 0xdf;

    /// <summary>Whether a value holds others.</summary>
    public static bool IsContainer(byte code) => IsMap(code) || code is (>= 0x90 and <= 0x9f) or 0xdc or 0xdd;

    /// <summary>Why a value is not welcome, whatever follows; null where it may be.</summary>
    public static MessageViolation? Fault(byte code) => code switch
    {
        0xc1 => MessageViolation.ReservedByte,
        (>= 0xc7 and <= 0xc9) or (>= 0xd4 and <= 0xd8) => MessageViolation.ExtensionType,
        _ => null,
    };

    /// <summary>How many bytes of length follow the code.</summary>
    public static int LengthBytes(byte code) => code switch
    {
        0xc4 or 0xd9 => 1,
        0xc5 or 0xda or 0xdc or 0xde => 2,
        0xc6 or 0xdb or 0xdd or 0xdf => 4,
        _ => 0,
    };

    /// <summary>What follows a header.</summary>
    /// <param name="header">A whole header, whose code has no <see cref="Fault"/>.</param>
    /// <returns>The bytes that belong to the value itself, and the values that it holds; a map's keys count as values.</returns>
    public static (long Payload, long Children) Extent(ReadOnlySpan<byte> header)
    {
        byte code = header[0];
        long length = header.Length switch
        {
            2 => header[1],
            3 => BinaryPrimitives.ReadUInt16BigEndian(header[1..]),
            5 => BinaryPrimitives.ReadUInt32BigEndian(header[1..]),
            _ => 0,
        };
        return code switch
        {
            >= 0x80 and <= 0x8f => (0, 2 * (code & 0x0f)),
            >= 0x90 and <= 0x9f => (0, code & 0x0f),
            >= 0xa0 and <= 0xbf => (code & 0x1f, 0),
            0xde or 0xdf => (0, 2 * length),
            0xdc or 0xdd => (0, length),
            0xcc or 0xd0 => (1, 0),
            0xcd or 0xd1 => (2, 0),
            0xca or 0xce or 0xd2 => (4, 0),
            0xcb or 0xcf or 0xd3 => (8, 0),
            _ => (length, 0),
        };
    }
}
