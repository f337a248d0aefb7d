using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks for a part of a file: in the answer (getFile), or as raw bytes after it (streamFile), as real nodes download.</summary>
/// <param name="IsStream">Whether it is streamFile.</param>
/// <param name="Site">The site's address.</param>
/// <param name="InnerPath">The file's path inside the site, as the peer says it: not to be joined to a folder unseen.</param>
/// <param name="Location">Where in the file to begin, in bytes.</param>
/// <param name="ReadBytes">How many bytes at most; null leaves it to the peer, which gives 524288.</param>
/// <param name="FileSize">How large the asker believes the file to be, in bytes; null where he does not say.</param>
internal sealed record FileParams(bool IsStream, string Site, string InnerPath, long Location, int? ReadBytes, long? FileSize) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => IsStream ? PeerCommands.StreamFile : PeerCommands.GetFile;

    /// <inheritdoc/>
    public int FieldCount => 3 + (ReadBytes is null ? 0 : 1) + (FileSize is null ? 0 : 1);

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static FileParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        string? innerPath = null;
        long location = 0;
        int? readBytes = null;
        long? fileSize = null;
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
            else if (name.SequenceEqual("location"u8))
            {
                location = reader.Number();
            }
            else if (name.SequenceEqual("read_bytes"u8))
            {
                readBytes = (int)reader.Number(int.MaxValue);
            }
            else if (name.SequenceEqual("file_size"u8))
            {
                // A real node that does not know the size says nil.
                fileSize = reader.OptionalNumber();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null && innerPath is not null, out violation)
            ? new FileParams(request.Command == PeerCommands.StreamFile, site!, innerPath!, location, readBytes, fileSize)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
        writer.Write("inner_path", InnerPath);
        writer.Write("location", Location);
        if (ReadBytes is { } readBytes)
        {
            writer.Write("read_bytes", readBytes);
        }

        if (FileSize is { } fileSize)
        {
            writer.Write("file_size", fileSize);
        }
    }
}
