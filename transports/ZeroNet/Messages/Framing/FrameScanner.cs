using System.Buffers;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Finds where a message ends, without reading it (MessagePack specification, "Formats"). Keeps one counter for each level instead of
/// recursing, holds none of the message's bytes, and goes on where it stopped when more has come.
/// </summary>
/// <remarks>What a header promises is judged when the header is whole, so that a fault is the same however the bytes come.</remarks>
internal sealed class FrameScanner
{
    // How many values each open level still awaits.
    private int[] _awaited = [];
    private int _depth;
    private long _awaitedInAll;
    private long _values;
    private long _position;

    /// <summary>The caps. They may be changed between messages.</summary>
    public required MessageLimits Limits
    {
        get;
        set
        {
            field = value;
            if (_awaited.Length < value.Depth)
            {
                Array.Resize(ref _awaited, value.Depth);
            }
        }
    }

    /// <summary>What is wrong, once something is. No message follows.</summary>
    public MessageViolation? Violation { get; private set; }

    /// <summary>Looks for the end of a message.</summary>
    /// <param name="input">The message's bytes from its first one on: those of the last call, and what has come since.</param>
    /// <returns>The message's length in bytes; 0 where more is needed, or it broke a limit.</returns>
    public int Scan(in ReadOnlySequence<byte> input)
    {
        if (Violation is not null || input.Length < _position)
        {
            return 0;
        }

        SequenceReader<byte> reader = new(input.Slice(_position));
        while (Violation is null)
        {
            if (_position > 0 && _awaitedInAll == 0)
            {
                // A payload that ends the message may not have come yet.
                return _position <= input.Length ? Finish() : 0;
            }

            if (!ScanValue(ref reader))
            {
                return 0;
            }
        }

        return 0;
    }

    private bool ScanValue(ref SequenceReader<byte> reader)
    {
        if (!reader.TryPeek(out byte code))
        {
            return false;
        }

        bool isFirst = _position == 0;
        if (isFirst && !MessagePackCodes.IsMap(code))
        {
            return Fail(MessageViolation.NotAMap);
        }

        if (MessagePackCodes.Fault(code) is { } fault)
        {
            return Fail(fault);
        }

        int header = 1 + MessagePackCodes.LengthBytes(code);
        if (_position + header > Limits.Frame)
        {
            return Fail(MessageViolation.FrameTooLong);
        }

        Span<byte> bytes = stackalloc byte[MessagePackCodes.LongestHeader];
        bytes = bytes[..header];
        if (!reader.TryCopyTo(bytes))
        {
            return false;
        }

        reader.Advance(header);
        (long payload, long children) = MessagePackCodes.Extent(bytes);
        return Take(ref reader, header, payload, children, MessagePackCodes.IsContainer(code), isFirst);
    }

    private bool Take(ref SequenceReader<byte> reader, int header, long payload, long children, bool isContainer, bool isFirst)
    {
        if (!isFirst)
        {
            _awaitedInAll--;
            _awaited[_depth - 1]--;
        }

        if (isContainer && _depth == Limits.Depth)
        {
            return Fail(MessageViolation.TooDeep);
        }

        // Each value that is awaited has a byte at least, so a container that cannot fit is known by its header.
        _position += header + payload;
        _values += children;
        _awaitedInAll += children;
        if (_position + _awaitedInAll > Limits.Frame)
        {
            return Fail(MessageViolation.FrameTooLong);
        }

        if (_values > Limits.Values)
        {
            return Fail(MessageViolation.TooManyValues);
        }

        if (isContainer)
        {
            _awaited[_depth++] = (int)children;
        }

        while (_depth > 0 && _awaited[_depth - 1] == 0)
        {
            _depth--;
        }

        reader.Advance(Math.Min(payload, reader.Remaining));
        return true;
    }

    private int Finish()
    {
        int length = (int)_position;
        (_position, _values, _awaitedInAll, _depth) = (0, 0, 0, 0);
        return length;
    }

    private bool Fail(MessageViolation violation)
    {
        Violation = violation;
        return false;
    }
}
