using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The answer to a ping.</summary>
/// <param name="Body">"Pong!".</param>
internal sealed record PingAnswer(ReadOnlyMemory<byte> Body) : IMessageBody
{
    /// <summary>What every node answers.</summary>
    public static PingAnswer Pong { get; } = new("Pong!"u8.ToArray());

    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static PingAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ReadOnlyMemory<byte>? body = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("body"u8))
            {
                body = reader.Bytes();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(body is not null, out violation)
            ? new PingAnswer(body!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("body", Body);
    }
}
