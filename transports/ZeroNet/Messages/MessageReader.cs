using System.Buffers;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Cuts what a peer sends into messages, and the raw bytes that follow some of them. Touches no socket; a message that has not come whole stays
/// with the caller, so that nothing is held here for what somebody merely announces.
/// </summary>
/// <remarks>Of a key that stands twice in a map the last value counts, as with real nodes; the earlier ones must be of the right type all the same.</remarks>
internal sealed class MessageReader
{
    private readonly FrameScanner _scanner;

    /// <summary>A reader for one connection.</summary>
    /// <param name="limits">The caps to begin with.</param>
    public MessageReader(MessageLimits limits) => _scanner = new FrameScanner { Limits = limits };

    /// <summary>The caps. They may be changed between messages, as when a peer has said who it is.</summary>
    public MessageLimits Limits
    {
        get => _scanner.Limits;
        set => _scanner.Limits = value;
    }

    /// <summary>What is wrong, once something is. No message follows, and the connection is of no more use.</summary>
    public MessageViolation? Violation { get; private set; }

    /// <summary>How many raw bytes come before the next message; they are taken by <see cref="ReadRaw"/>.</summary>
    public int RawBytes { get; private set; }

    /// <summary>Takes the next message.</summary>
    /// <param name="input">What was received and not taken yet; the message is cut off from it. Where more is needed it stays, and is given again with what comes.</param>
    /// <returns>The message; null where more is needed, or there is a <see cref="Violation"/>.</returns>
    /// <exception cref="InvalidOperationException">Raw bytes are to be taken first.</exception>
    public PeerMessage? Read(ref ReadOnlySequence<byte> input)
    {
        if (RawBytes > 0)
        {
            throw new InvalidOperationException("Raw bytes come before the next message: take them by ReadRaw.");
        }

        if (Violation is not null)
        {
            return null;
        }

        int length = _scanner.Scan(input);
        if (length == 0)
        {
            Violation = _scanner.Violation;
            return null;
        }

        ReadOnlyMemory<byte> frame = input.Slice(0, length).ToArray();
        input = input.Slice(length);
        if (MessageEnvelope.Open(frame, Limits, out MessageViolation? violation) is not { } message)
        {
            Violation = violation;
            return null;
        }

        RawBytes = (message as PeerResponse)?.StreamBytes ?? 0;
        return message;
    }

    /// <summary>Takes raw bytes, as many as have come and belong to the stream.</summary>
    /// <param name="input">What was received and not taken yet; what is returned is cut off from it.</param>
    /// <returns>Raw bytes in the caller's own memory; empty where none have come, or all were taken.</returns>
    public ReadOnlySequence<byte> ReadRaw(ref ReadOnlySequence<byte> input)
    {
        int count = (int)Math.Min(RawBytes, input.Length);
        ReadOnlySequence<byte> raw = input.Slice(0, count);
        input = input.Slice(count);
        RawBytes -= count;
        return raw;
    }
}
