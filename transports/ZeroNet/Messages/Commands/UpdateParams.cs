using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Tells of a new version of a content file. Diffs of its files are neither read nor sent: whoever takes the update asks for the files.</summary>
/// <param name="Site">The site's address.</param>
/// <param name="InnerPath">The file's path inside the site, as the peer says it: not to be joined to a folder unseen.</param>
/// <param name="Body">The content file, in the message's own memory; empty where it is to be asked for.</param>
/// <param name="Modified">When it was signed, in seconds since 1970; 0 where that was not told.</param>
internal sealed record UpdateParams(string Site, string InnerPath, ReadOnlyMemory<byte> Body, long Modified) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.Update;

    /// <inheritdoc/>
    public int FieldCount => 5;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static UpdateParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        string? innerPath = null;
        ReadOnlyMemory<byte> body = default;
        long modified = 0;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else if (name.SequenceEqual("inner_path"u8))
            {
                innerPath = reader.Text();
            }
            else if (name.SequenceEqual("body"u8))
            {
                body = reader.Bytes();
            }
            else if (name.SequenceEqual("modified"u8))
            {
                modified = reader.Number();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null && innerPath is not null, out violation)
            ? new UpdateParams(site!, innerPath!, body, modified)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
        writer.Write("inner_path", InnerPath);
        writer.Write("body", Body);
        writer.Write("modified", Modified);
        writer.Write("diffs");
        writer.WriteMapHeader(0);
    }
}
