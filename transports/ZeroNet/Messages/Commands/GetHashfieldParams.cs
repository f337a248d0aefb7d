using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks which optional files of a site the peer has.</summary>
/// <param name="Site">The site's address.</param>
internal sealed record GetHashfieldParams(string Site) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.GetHashfield;

    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static GetHashfieldParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null, out violation)
            ? new GetHashfieldParams(site!)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
    }
}
