using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Which optional files of a site a peer has.</summary>
/// <param name="HashIds">The first 16 bits of each file's hash.</param>
internal sealed record HashfieldAnswer(ImmutableArray<ushort> HashIds) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static HashfieldAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ImmutableArray<ushort>? hashIds = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("hashfield_raw"u8))
            {
                hashIds = Hashfield.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(hashIds is not null, out violation)
            ? new HashfieldAnswer(hashIds!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        Hashfield.Write(ref writer, HashIds);
    }
}
