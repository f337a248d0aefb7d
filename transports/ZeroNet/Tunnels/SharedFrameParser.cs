using System.Buffers.Binary;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Finds the frames of a <see cref="Nerdbank.Streams.MultiplexingStream"/> (its protocol, version 3): a MessagePack array of the code, the stream's number, who offered it and, unless it is
/// empty, the payload. That class reads frames of any length, so they are judged before it has them.
/// </summary>
internal sealed class SharedFrameParser
{
    /// <summary>The longest payload that is ever sent, in bytes.</summary>
    public const int MostPayload = 20 * 1024;

    // An array, a code, a number of 64 bits, a source, and the length of a payload.
    private const int LongestHeader = 1 + 1 + 9 + 1 + 5;
    private const byte ArrayOf3 = 0x93;
    private const byte ArrayOf4 = 0x94;
    private const int LargestFixedNumber = 0x7f;
    private const int FirstNumber = 0xcc;
    private const int LastNumber = 0xcf;

    private readonly byte[] _header = new byte[LongestHeader];
    private int _length;
    private int _payload;

    /// <summary>Whether what came is no frame, or one that is too long. Nothing follows.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes bytes up to the end of the next frame's header. The frame's payload is passed over by later calls.</summary>
    /// <param name="bytes">The bytes; those that were taken are gone from them.</param>
    /// <returns>The frame; null where more bytes are needed, or it is broken.</returns>
    public SharedFrame? Next(ref ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsBroken)
        {
            int passed = Math.Min(_payload, bytes.Length);
            _payload -= passed;
            bytes = bytes[passed..];
            if (bytes.IsEmpty)
            {
                return null;
            }

            _header[_length++] = bytes[0];
            bytes = bytes[1..];
            if (Read(_header.AsSpan(0, _length)) is { } frame)
            {
                _length = 0;
                return frame;
            }
        }

        return null;
    }

    // Judged byte by byte, so that the outcome is the same however the bytes come. Never longer than the longest header.
    private SharedFrame? Read(ReadOnlySpan<byte> header)
    {
        if (header[0] is not (ArrayOf3 or ArrayOf4) || (header.Length > 1 && header[1] > LargestFixedNumber))
        {
            IsBroken = true;
            return null;
        }

        if (header.Length < 3)
        {
            return null;
        }

        int size = header[2] switch
        {
            <= LargestFixedNumber => 0,
            >= FirstNumber and <= LastNumber => 1 << (header[2] - FirstNumber),
            _ => -1,
        };
        IsBroken = size < 0;
        int source = 3 + size;
        if (IsBroken || header.Length <= source)
        {
            return null;
        }

        IsBroken = header[source] is not (0x01 or 0x00 or 0xff);
        if (IsBroken || !HasPayload(header, source + 1))
        {
            return null;
        }

        return new SharedFrame(header[1], Number(header[2], header.Slice(3, size)), (sbyte)header[source]);
    }

    // Whether the payload's length is known.
    private bool HasPayload(ReadOnlySpan<byte> header, int at)
    {
        if (header[0] == ArrayOf3)
        {
            return true;
        }

        if (header.Length <= at)
        {
            return false;
        }

        IsBroken = header[at] is not (0xc4 or 0xc5 or 0xc6);
        if (IsBroken || header.Length < at + 1 + MessagePackCodes.LengthBytes(header[at]))
        {
            return false;
        }

        long length = MessagePackCodes.Extent(header[at..]).Payload;
        IsBroken = length > MostPayload;
        _payload = IsBroken ? 0 : (int)length;
        return !IsBroken;
    }

    private static ulong Number(byte code, ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        0 => code,
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };
}
