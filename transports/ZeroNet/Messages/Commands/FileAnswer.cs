using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A part of a file, in the answer to getFile.</summary>
/// <param name="Body">The part, in the message's own memory.</param>
/// <param name="Size">The whole file's size, in bytes.</param>
/// <param name="Location">Where the next part begins, in bytes.</param>
internal sealed record FileAnswer(ReadOnlyMemory<byte> Body, long Size, long Location) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 3;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static FileAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ReadOnlyMemory<byte>? body = null;
        long? size = null;
        long? location = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("body"u8))
            {
                body = reader.Bytes();
            }
            else if (name.SequenceEqual("size"u8))
            {
                size = reader.Number();
            }
            else if (name.SequenceEqual("location"u8))
            {
                location = reader.Number();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(body is not null && size is not null && location is not null, out violation)
            ? new FileAnswer(body!.Value, size!.Value, location!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("body", Body);
        writer.Write("size", Size);
        writer.Write("location", Location);
    }
}
