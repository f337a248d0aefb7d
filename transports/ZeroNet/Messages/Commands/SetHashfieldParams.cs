using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Tells which optional files of a site the sender has.</summary>
/// <param name="Site">The site's address.</param>
/// <param name="HashIds">The first 16 bits of each file's hash.</param>
internal sealed record SetHashfieldParams(string Site, ImmutableArray<ushort> HashIds) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.SetHashfield;

    /// <inheritdoc/>
    public int FieldCount => 2;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static SetHashfieldParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        ImmutableArray<ushort>? hashIds = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else if (name.SequenceEqual("hashfield_raw"u8))
            {
                hashIds = Hashfield.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null && hashIds is not null, out violation)
            ? new SetHashfieldParams(site!, hashIds!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
        Hashfield.Write(ref writer, HashIds);
    }
}
