using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Reads the fields of a map whose structure is known to be sound. The first fault is kept and ends the reading, so that whoever reads asks once,
/// at the end; until then a field that is at fault reads as zero or empty.
/// </summary>
/// <remarks>Nodes that do not know MessagePack's bin type send bytes as str, and some send text as bin: either is taken for either.</remarks>
internal ref struct FieldReader
{
    /// <summary>The largest number of a field that has no smaller one: what a double still tells from its neighbours.</summary>
    public const long LargestNumber = (1L << 53) - 1;

    private static readonly byte[] EmptyMap = [0x80];

    private readonly MessageLimits _limits;
    private readonly ReadOnlyMemory<byte> _map;
    private MessagePackReader _reader;
    private MessageViolation? _violation;
    private int _left;

    /// <summary>A reader at the first field.</summary>
    /// <param name="map">A map, or a part of one, that <see cref="FrameScanner"/> has gone through.</param>
    /// <param name="limits">The caps.</param>
    public FieldReader(ReadOnlyMemory<byte> map, MessageLimits limits)
    {
        _limits = limits;
        _map = map;
        _reader = new MessagePackReader(map);
        _left = _reader.ReadMapHeader();
    }

    /// <summary>Whether something is wrong.</summary>
    public readonly bool HasFailed => _violation is not null;

    /// <summary>Goes to the next field, over those whose name is no text.</summary>
    /// <param name="name">Its name, as it came.</param>
    /// <returns>False at the end, and where something is wrong. Else the caller reads the value, or skips it.</returns>
    public bool Next(out ReadOnlySpan<byte> name)
    {
        while (!HasFailed && _left-- > 0)
        {
            if (_reader.NextMessagePackType is MessagePackType.String or MessagePackType.Binary)
            {
                name = RawBytes().Span;
                return true;
            }

            Skip();
            Skip();
        }

        name = default;
        return false;
    }

    /// <summary>Ends the reading.</summary>
    /// <param name="isComplete">Whether all that must be there was.</param>
    /// <param name="violation">What is wrong; null where nothing is.</param>
    /// <returns>Whether nothing is.</returns>
    public readonly bool Accept(bool isComplete, out MessageViolation? violation)
    {
        violation = _violation ?? (isComplete ? null : MessageViolation.MissingField);
        return violation is null;
    }

    /// <summary>Skips a value.</summary>
    public void Skip() => _reader.Skip();

    /// <summary>Says that a value is not what it should be.</summary>
    public void Fail(MessageViolation violation) => _violation ??= violation;

    /// <summary>Reads a text.</summary>
    public string Text()
    {
        ReadOnlySpan<byte> bytes = Bytes().Span;
        if (bytes.Length > _limits.Text)
        {
            Fail(MessageViolation.TextTooLong);
            return "";
        }

        if (!Utf8.IsValid(bytes))
        {
            Fail(MessageViolation.NotText);
            return "";
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Reads a text that may be nil.</summary>
    public string? OptionalText() => IsNil() ? null : Text();

    /// <summary>Reads a text that may be nil or false: a real node says either for its onion where its tor gave it none.</summary>
    public string? TextIfAny()
    {
        if (_reader.NextMessagePackType is not MessagePackType.Boolean)
        {
            return OptionalText();
        }

        if (_reader.ReadBoolean())
        {
            Fail(MessageViolation.WrongType);
        }

        return null;
    }

    /// <summary>Reads bytes, which stay in the message.</summary>
    public ReadOnlyMemory<byte> Bytes() =>
        Is(_reader.NextMessagePackType is MessagePackType.Binary or MessagePackType.String) ? RawBytes() : default;

    /// <summary>Reads bytes of which the length is known.</summary>
    public ReadOnlyMemory<byte> Bytes(int length)
    {
        ReadOnlyMemory<byte> bytes = Bytes();
        if (bytes.Length == length)
        {
            return bytes;
        }

        Fail(MessageViolation.WrongLength);
        return default;
    }

    /// <summary>Reads a truth value.</summary>
    public bool Flag() => Is(_reader.NextMessagePackType is MessagePackType.Boolean) && _reader.ReadBoolean();

    /// <summary>Reads a truth value that may be nil.</summary>
    public bool? OptionalFlag() => IsNil() ? null : Flag();

    /// <summary>Reads a whole number from 0 on.</summary>
    /// <param name="largest">The largest one that is taken.</param>
    public long Number(long largest = LargestNumber)
    {
        if (_reader.NextMessagePackType is MessagePackType.Float)
        {
            Skip();
            Fail(MessageViolation.NotAnInteger);
            return 0;
        }

        if (!Is(_reader.NextMessagePackType is MessagePackType.Integer))
        {
            return 0;
        }

        // Signed formats hold numbers from 0 on as well.
        byte code = _reader.NextCode;
        bool isSigned = code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64 or >= MessagePackCode.MinNegativeFixInt;
        long signed = isSigned ? _reader.ReadInt64() : 0;
        if (signed < 0)
        {
            Fail(MessageViolation.NegativeNumber);
            return 0;
        }

        ulong number = isSigned ? (ulong)signed : _reader.ReadUInt64();
        if (number > (ulong)largest)
        {
            Fail(MessageViolation.NumberTooLarge);
            return 0;
        }

        return (long)number;
    }

    /// <summary>Reads a whole number from 0 on that may be nil.</summary>
    public long? OptionalNumber() => IsNil() ? null : Number();

    /// <summary>Reads a time in seconds since 1970, rounded down: a real node has it as a float where a site was signed ahead of its clock.</summary>
    public long Seconds()
    {
        if (_reader.NextMessagePackType is not MessagePackType.Float)
        {
            return Number();
        }

        double seconds = _reader.ReadDouble();
        if (seconds is >= 0 and <= LargestNumber)
        {
            return (long)seconds;
        }

        Fail(seconds < 0 ? MessageViolation.NegativeNumber : seconds > 0 ? MessageViolation.NumberTooLarge : MessageViolation.NotAnInteger);
        return 0;
    }

    /// <summary>Reads a number of a port.</summary>
    public int Port() => (int)Number(ushort.MaxValue);

    /// <summary>Opens a list.</summary>
    /// <returns>How many values follow, which the caller reads.</returns>
    public int List() => Is(_reader.NextMessagePackType is MessagePackType.Array) ? Capped(_reader.ReadArrayHeader()) : 0;

    /// <summary>Opens a map whose keys are data.</summary>
    /// <returns>How many pairs follow, which the caller reads: a key, a value, and so on.</returns>
    public int Pairs() => Is(_reader.NextMessagePackType is MessagePackType.Map) ? Capped(_reader.ReadMapHeader()) : 0;

    /// <summary>Reads a map that is read later, by a reader of its own; null where it is nil.</summary>
    public ReadOnlyMemory<byte>? OptionalMap() => IsNil() ? new ReadOnlyMemory<byte>?() : Map();

    /// <summary>Reads a map that is read later, by a reader of its own.</summary>
    public ReadOnlyMemory<byte> Map()
    {
        if (!Is(_reader.NextMessagePackType is MessagePackType.Map))
        {
            return EmptyMap;
        }

        int start = (int)_reader.Consumed;
        Skip();
        return _map[start..(int)_reader.Consumed];
    }

    /// <summary>Reads a list of texts.</summary>
    public ImmutableArray<string> Texts()
    {
        int count = List();
        var texts = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count && !HasFailed; i++)
        {
            texts.Add(Text());
        }

        return texts.DrainToImmutable();
    }

    /// <summary>Reads a list of whole numbers from 0 on.</summary>
    /// <param name="largest">The largest one that is taken.</param>
    public ImmutableArray<int> Numbers(int largest)
    {
        int count = List();
        var numbers = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count && !HasFailed; i++)
        {
            numbers.Add((int)Number(largest));
        }

        return numbers.DrainToImmutable();
    }

    /// <summary>Reads a list of packed peers and adds them to those of earlier lists. Entries that are none, such as onions of version 2, are left out.</summary>
    /// <param name="peers">Where they are put.</param>
    public void Peers(ImmutableArray<PackedPeer>.Builder peers)
    {
        int count = List();
        for (int i = 0; i < count && !HasFailed; i++)
        {
            if (PackedPeer.Unpack(Bytes().Span) is not { } peer)
            {
                continue;
            }

            if (peers.Count == _limits.Entries)
            {
                Fail(MessageViolation.TooManyEntries);
                return;
            }

            peers.Add(peer);
        }
    }

    private bool IsNil() => _reader.TryReadNil();

    // What is of another type is skipped, so that the reader stands behind the value in any case.
    private bool Is(bool isRight)
    {
        if (!isRight)
        {
            Skip();
            Fail(MessageViolation.WrongType);
        }

        return isRight;
    }

    private int Capped(int count)
    {
        if (count <= _limits.Entries)
        {
            return count;
        }

        Fail(MessageViolation.TooManyEntries);
        return 0;
    }

    private ReadOnlyMemory<byte> RawBytes()
    {
        ReadOnlySequence<byte>? bytes = _reader.NextMessagePackType is MessagePackType.String ? _reader.ReadStringSequence() : _reader.ReadBytes();
        return bytes?.First ?? default;
    }
}
