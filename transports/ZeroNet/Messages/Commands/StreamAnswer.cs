using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The answer to streamFile, which a part of a file follows as raw bytes.</summary>
/// <param name="Size">The whole file's size, in bytes.</param>
/// <param name="Location">Where the next part begins, in bytes.</param>
/// <param name="StreamBytes">How many raw bytes follow.</param>
internal sealed record StreamAnswer(long Size, long Location, int StreamBytes) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 3;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static StreamAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        long? size = null;
        long? location = null;
        int? streamBytes = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("size"u8))
            {
                size = reader.Number();
            }
            else if (name.SequenceEqual("location"u8))
            {
                location = reader.Number();
            }
            else if (name.SequenceEqual("stream_bytes"u8))
            {
                streamBytes = (int)reader.Number(limits.StreamBytes);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(size is not null && location is not null && streamBytes is not null, out violation)
            ? new StreamAnswer(size!.Value, location!.Value, streamBytes!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("size", Size);
        writer.Write("location", Location);
        writer.Write("stream_bytes", StreamBytes);
    }
}
