using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks who has optional files of a site.</summary>
/// <param name="Site">The site's address.</param>
/// <param name="HashIds">The first 16 bits of each file's hash.</param>
internal sealed record FindHashIdsParams(string Site, ImmutableArray<int> HashIds) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.FindHashIds;

    /// <inheritdoc/>
    public int FieldCount => 2;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static FindHashIdsParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        ImmutableArray<int> hashIds = [];
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else if (name.SequenceEqual("hash_ids"u8))
            {
                hashIds = reader.Numbers(ushort.MaxValue);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null, out violation)
            ? new FindHashIdsParams(site!, hashIds)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
        writer.Write("hash_ids", HashIds);
    }
}
