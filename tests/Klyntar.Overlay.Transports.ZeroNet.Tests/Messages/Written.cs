using System.Buffers;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>What is written, as bytes.</summary>
internal static class Written
{
    /// <summary>Writes MessagePack values.</summary>
    public delegate void Writing(ref MessagePackWriter writer);

    public static byte[] Request(long id, IRequestBody body) => Bytes(output => MessageWriter.WriteRequest(output, id, body));

    public static byte[] Answer(long to, IMessageBody body) => Bytes(output => MessageWriter.WriteAnswer(output, to, body));

    public static byte[] Failure(long to, string error) => Bytes(output => MessageWriter.WriteFailure(output, to, error));

    public static byte[] Values(Writing write) => Bytes(output =>
    {
        MessagePackWriter writer = new(output);
        write(ref writer);
        writer.Flush();
    });

    /// <summary>A request of which the params are one field.</summary>
    public static PeerRequest Params(string command, string name, Writing value) => Received.One<PeerRequest>(Values((ref MessagePackWriter writer) =>
    {
        writer.WriteMapHeader(3);
        writer.Write("cmd", command);
        writer.Write("req_id", 1);
        writer.Write("params");
        writer.WriteMapHeader(1);
        writer.Write(name);
        value(ref writer);
    }));

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
