using System.Text.Json;
using System.Text.Json.Serialization;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Gateway;

/// <summary>What is kept of peers in the data folder: each peer's loopback address, and the peers that were added to a running gateway.</summary>
internal sealed class PeerFile(DataFolder data)
{
    private const string FileName = "peers.json";
    private const int MaxLength = 16 << 20;

    private static readonly JsonSerializerOptions Json = new(ConfigurationJson.Options) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private string Path => System.IO.Path.Join(data.Path, FileName);

    /// <summary>Reads it.</summary>
    /// <exception cref="OverlayException">It cannot be read, or is damaged.</exception>
    public PeerRecords Read()
    {
        try
        {
            if (!File.Exists(Path))
            {
                return new PeerRecords();
            }

            using FileStream file = File.OpenRead(Path);
            if (file.Length > MaxLength)
            {
                throw Damaged("it is longer than 16 MiB", null);
            }

            PeerRecords records = JsonSerializer.Deserialize<PeerRecords>(file, Json) ?? throw Damaged("it is empty", null);
            return records.Loopback is null || records.Added is null || records.Added.Values.Any(p => p is null) ? throw Damaged("a part of it is null", null) : records;
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The file of peers {Path} cannot be read: {e.Message} Check its owner.", e);
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="OverlayException">It cannot be written.</exception>
    public void Write(PeerRecords records) => data.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(records, Json));

    private OverlayException Damaged(string why, Exception? cause) =>
        new($"The file of peers {Path} is damaged: {why}. Mend it, or move it away; then peers that were added are forgotten, and loopback addresses may change.", cause);
}
