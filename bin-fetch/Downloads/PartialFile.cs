using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.BinFetch;

/// <summary>What has come of a file, and what tells whether the rest still belongs to it (RFC 9110, section 13.1.5).</summary>
internal sealed partial class PartialFile(string path)
{
    private readonly string _note = $"{path}.json";

    public string Path { get; } = path;

    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>What to ask a place for so that it gives the rest of the same file, or everything; null where all must be asked for.</summary>
    public RangeConditionHeaderValue? ConditionFor(Uri place)
    {
        Note? note = Length > 0 ? ReadNote() : null;
        return note?.Place != place.AbsoluteUri ? null
            : note.ETag is not null && EntityTagHeaderValue.TryParse(note.ETag, out EntityTagHeaderValue? tag) && !tag.IsWeak ? new RangeConditionHeaderValue(tag)
            : note.LastModified is { } date ? new RangeConditionHeaderValue(date)
            : null;
    }

    /// <summary>Begins anew with what a place answered.</summary>
    public FileStream Begin(Uri place, HttpResponseMessage answer)
    {
        Delete();
        Note note = new(place.AbsoluteUri, answer.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null, answer.Content.Headers.LastModified);
        SmallJson.Write(_note, note, PartialFileJson.Default.Note);
        return PrivateFiles.Open(Path, FileMode.CreateNew);
    }

    /// <summary>Goes on where it ended.</summary>
    public FileStream Continue() => PrivateFiles.Open(Path, FileMode.Append);

    /// <summary>Whether an answer is the rest of this file.</summary>
    public bool IsContinuedBy(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.PartialContent
        && answer.Content.Headers.ContentRange is { Unit: "bytes", From: { } from, Length: { } length } && from == Length && length > from
        && ReadNote() is { } note && (note.ETag is null || answer.Headers.ETag is null || answer.Headers.ETag.Tag == note.ETag);

    public void Delete()
    {
        File.Delete(Path);
        File.Delete(_note);
    }

    private Note? ReadNote() => SmallJson.Read(_note, PartialFileJson.Default.Note);

    private sealed record Note(string Place, string? ETag, DateTimeOffset? LastModified);

    [JsonSerializable(typeof(Note))]
    private sealed partial class PartialFileJson : JsonSerializerContext;
}
