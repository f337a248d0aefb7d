using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Our own small notes in the cache.</summary>
internal static class SmallJson
{
    private const int SizeLimit = 1024 * 1024;

    /// <summary>Reads a note; null where there is none, or one that is damaged.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            FileInfo file = new(path);
            return file.Exists && file.Length <= SizeLimit ? JsonSerializer.Deserialize(File.ReadAllBytes(path), type) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a note to the disk.</summary>
    public static void Write<T>(string path, T note, JsonTypeInfo<T> type)
    {
        using FileStream file = PrivateFiles.Open(path, FileMode.Create);
        JsonSerializer.Serialize(file, note, type);
        file.Flush(flushToDisk: true);
    }
}
