using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks which content files of a site have changed.</summary>
/// <param name="Site">The site's address.</param>
/// <param name="Since">Since when, in seconds since 1970.</param>
internal sealed record ListModifiedParams(string Site, long Since) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.ListModified;

    /// <inheritdoc/>
    public int FieldCount => 2;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static ListModifiedParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        long since = 0;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else if (name.SequenceEqual("since"u8))
            {
                since = reader.Seconds();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null, out violation)
            ? new ListModifiedParams(site!, since)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
        writer.Write("since", Since);
    }
}
