using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Trackers that a peer knows.</summary>
/// <param name="Trackers">Such as zero://192.0.2.1:26552.</param>
internal sealed record TrackersAnswer(ImmutableArray<string> Trackers) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static TrackersAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ImmutableArray<string>? trackers = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("trackers"u8))
            {
                trackers = reader.Texts();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(trackers is not null, out violation)
            ? new TrackersAnswer(trackers!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("trackers", Trackers);
    }
}
