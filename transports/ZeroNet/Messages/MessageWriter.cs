using System.Buffers;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Writes messages, byte for byte as real nodes do: a request's params come last, an answer's own fields first.</summary>
internal static class MessageWriter
{
    /// <summary>Writes a request.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="requestId">What the answer is to be told by; 0 for a handshake, from 1 on for all else.</param>
    /// <param name="body">The params.</param>
    public static void WriteRequest(IBufferWriter<byte> output, long requestId, IRequestBody body)
    {
        MessagePackWriter writer = new(output);
        writer.WriteMapHeader(3);
        writer.Write("cmd", body.Command);
        writer.Write("req_id", requestId);
        writer.Write("params");
        writer.WriteMapHeader(body.FieldCount);
        body.WriteFields(ref writer);
        writer.Flush();
    }

    /// <summary>Writes an answer. What a <see cref="StreamAnswer"/> announces is for the caller to send after it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="to">The request that is answered.</param>
    /// <param name="body">The answer's fields.</param>
    public static void WriteAnswer(IBufferWriter<byte> output, long to, IMessageBody body)
    {
        MessagePackWriter writer = new(output);
        writer.WriteMapHeader(body.FieldCount + 2);
        body.WriteFields(ref writer);
        WriteEnd(ref writer, to);
    }

    /// <summary>Writes a refusal.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="to">The request that is refused.</param>
    /// <param name="error">Why, such as "Unknown site".</param>
    public static void WriteFailure(IBufferWriter<byte> output, long to, string error)
    {
        MessagePackWriter writer = new(output);
        writer.WriteMapHeader(3);
        writer.Write("error", error);
        WriteEnd(ref writer, to);
    }

    private static void WriteEnd(ref MessagePackWriter writer, long to)
    {
        writer.Write("cmd", PeerCommands.Response);
        writer.Write("to", to);
        writer.Flush();
    }
}
