using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Content files of a site that have changed. To answer an older time than the peer has makes it push its own.</summary>
/// <param name="ModifiedFiles">Of each file's inner path when it was signed, in seconds since 1970.</param>
internal sealed record ListModifiedAnswer(ImmutableDictionary<string, long> ModifiedFiles) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static ListModifiedAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ImmutableDictionary<string, long>? files = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("modified_files"u8))
            {
                files = ReadFiles(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(files is not null, out violation)
            ? new ListModifiedAnswer(files!)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("modified_files");
        writer.WriteMapHeader(ModifiedFiles.Count);
        foreach ((string path, long modified) in ModifiedFiles)
        {
            writer.Write(path, modified);
        }
    }

    private static ImmutableDictionary<string, long> ReadFiles(ref FieldReader reader)
    {
        var files = ImmutableDictionary.CreateBuilder<string, long>();
        int count = reader.Pairs();
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            files[reader.Text()] = reader.Number();
        }

        return files.ToImmutable();
    }
}
