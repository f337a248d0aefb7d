namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Reads of a message what all of them have: what it is, and which request it belongs to.</summary>
internal static class MessageEnvelope
{
    private static readonly byte[] EmptyMap = [0x80];

    /// <summary>Reads a message.</summary>
    /// <param name="frame">A map that <see cref="FrameScanner"/> has gone through.</param>
    /// <param name="limits">The caps.</param>
    /// <param name="violation">What is wrong; null where nothing is.</param>
    /// <returns>The message, or null.</returns>
    public static PeerMessage? Open(ReadOnlyMemory<byte> frame, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(frame, limits);
        string? command = null;
        string? error = null;
        long? requestId = null;
        long? to = null;
        long streamBytes = 0;
        ReadOnlyMemory<byte> parameters = EmptyMap;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("cmd"u8))
            {
                command = reader.Text();
            }
            else if (name.SequenceEqual("req_id"u8))
            {
                requestId = reader.Number();
            }
            else if (name.SequenceEqual("params"u8))
            {
                parameters = reader.OptionalMap() ?? EmptyMap;
            }
            else if (name.SequenceEqual("to"u8))
            {
                to = reader.Number();
            }
            else if (name.SequenceEqual("error"u8))
            {
                error = reader.OptionalText();
            }
            else if (name.SequenceEqual("stream_bytes"u8))
            {
                streamBytes = reader.Number(limits.StreamBytes);
            }
            else
            {
                reader.Skip();
            }
        }

        bool isResponse = command == PeerCommands.Response;
        if (!reader.Accept(command is not null && (isResponse ? to : requestId) is not null, out violation))
        {
            return null;
        }

        return isResponse ? new PeerResponse(to!.Value, error, (int)streamBytes, frame) : new PeerRequest(command!, requestId!.Value, parameters);
    }
}
