using System.Collections.Immutable;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Turns what a control port sends into messages. Touches no socket: bytes in; messages, "need more" or a violation out.</summary>
/// <remarks>
/// <para>
/// <a href="https://spec.torproject.org/control-spec/message-format.html#replies">control-spec, section 2.3</a>:
/// </para>
/// <code>
/// SyncReply / AsyncReply = *(MidReplyLine / DataReplyLine) EndReplyLine
/// MidReplyLine  = StatusCode "-" ReplyLine
/// DataReplyLine = StatusCode "+" ReplyLine CmdData
/// EndReplyLine  = StatusCode SP ReplyLine
/// ReplyLine     = [ReplyText] CRLF
/// CmdData       = *DataLine "." CRLF      ; a line that starts with "." has another "." put before it
/// </code>
/// <para>The outcome does not depend on how the bytes are split. After a violation nothing more is decoded.</para>
/// </remarks>
internal sealed class ControlDecoder
{
    private readonly ControlLimits _limits;
    private readonly ImmutableArray<ControlLine>.Builder _lines = ImmutableArray.CreateBuilder<ControlLine>();
    private readonly StringBuilder _data = new();

    private byte[] _partial = [];
    private int _partialLength;
    private int _lineCount;
    private long _messageLength;
    private ControlLine? _dataLine;
    private bool _hasData;

    public ControlDecoder(ControlLimits? limits = null) => _limits = limits ?? ControlLimits.Default;

    /// <summary>The first violation, or null.</summary>
    public ControlViolation? Violation { get; private set; }

    /// <summary>Decodes up to the end of one message.</summary>
    /// <param name="input">What was received; what was used is cut off its front.</param>
    /// <returns>A message; null where more bytes are needed or <see cref="Violation"/> is set.</returns>
    public ControlMessage? Decode(ref ReadOnlySpan<byte> input)
    {
        while (Violation is null && !input.IsEmpty)
        {
            int lineFeed = input.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = lineFeed < 0 ? input : input[..lineFeed];
            if (IsTooLong(part))
            {
                Violation = ControlViolation.LineTooLong;
                break;
            }

            if (lineFeed < 0)
            {
                Keep(part);
                input = default;
                break;
            }

            input = input[(lineFeed + 1)..];
            if (Line(part) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>To be told of the connection's end.</summary>
    /// <returns>A violation where the end came within a message, or one that was there before.</returns>
    public ControlViolation? End()
    {
        if (Violation is null)
        {
            if (_dataLine is not null)
            {
                Violation = ControlViolation.EndedWithinData;
            }
            else if (_lineCount > 0 || _partialLength > 0)
            {
                Violation = ControlViolation.EndedWithinMessage;
            }
        }

        return Violation;
    }

    // A CR may stand one place behind the longest line: it belongs to the line's end.
    private bool IsTooLong(ReadOnlySpan<byte> part)
    {
        int length = _partialLength + part.Length;
        return length > _limits.LineLength
            && !(length == _limits.LineLength + 1 && (part.IsEmpty || part[^1] == (byte)'\r'));
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        int length = _partialLength + part.Length;
        if (length > _partial.Length)
        {
            Array.Resize(ref _partial, Math.Min(Math.Max(length, 2 * _partial.Length), _limits.LineLength + 1));
        }

        part.CopyTo(_partial.AsSpan(_partialLength));
        _partialLength = length;
    }

    private ControlMessage? Line(ReadOnlySpan<byte> part)
    {
        ReadOnlySpan<byte> line = part;
        if (_partialLength > 0)
        {
            Keep(part);
            line = _partial.AsSpan(0, _partialLength);
            _partialLength = 0;
        }

        if (line.IsEmpty || line[^1] != (byte)'\r')
        {
            Violation = ControlViolation.BareLineFeed;
            return null;
        }

        line = line[..^1];
        _messageLength += line.Length + 2;
        if (++_lineCount > _limits.Lines)
        {
            Violation = ControlViolation.TooManyLines;
            return null;
        }

        if (_messageLength > _limits.MessageLength)
        {
            Violation = ControlViolation.MessageTooLong;
            return null;
        }

        if (_dataLine is { } start)
        {
            DataLine(start, line);
            return null;
        }

        return ReplyLine(line);
    }

    private void DataLine(ControlLine start, ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("."u8))
        {
            _lines.Add(start with { Data = _data.ToString() });
            _data.Clear();
            _dataLine = null;
            return;
        }

        if (_hasData)
        {
            _data.Append('\n');
        }

        _hasData = true;
        _data.Append(Encoding.Latin1.GetString(line.StartsWith((byte)'.') ? line[1..] : line));
    }

    private ControlMessage? ReplyLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3 || !IsStatus(line, out int status))
        {
            Violation = ControlViolation.NoStatusCode;
            return null;
        }

        if (line.Length < 4 || !" -+"u8.Contains(line[3]))
        {
            Violation = ControlViolation.NoSeparator;
            return null;
        }

        if (line.Contains((byte)'\r'))
        {
            Violation = ControlViolation.BareCarriageReturn;
            return null;
        }

        if (_lines.Count > 0 && (_lines[0].Status / 100 == 6) != (status / 100 == 6))
        {
            Violation = ControlViolation.MixedMessage;
            return null;
        }

        var taken = new ControlLine(status, Encoding.Latin1.GetString(line[4..]));
        switch (line[3])
        {
            case (byte)'+':
                _dataLine = taken;
                _hasData = false;
                return null;
            case (byte)'-':
                _lines.Add(taken);
                return null;
            default:
                _lines.Add(taken);
                var message = new ControlMessage(_lines.ToImmutable());
                _lines.Clear();
                _lineCount = 0;
                _messageLength = 0;
                return message;
        }
    }

    private static bool IsStatus(ReadOnlySpan<byte> line, out int status)
    {
        status = 0;
        foreach (byte digit in line[..3])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            status = (10 * status) + digit - '0';
        }

        return status is >= 200 and < 700;
    }
}
