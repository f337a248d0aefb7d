using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A site's content.json, as far as it is of use here. Whether it is the site's own, <see cref="SignedText"/> and <see cref="Signatures"/> tell.</summary>
internal sealed record SiteContent
{
    /// <summary>Its name in every site.</summary>
    public const string FileName = "content.json";

    /// <summary>How large one may be, in bytes. Real nodes take files of ten times that; ours is below a thousand.</summary>
    public const int MostSize = 1024 * 1024;

    /// <summary>How many files one may list.</summary>
    public const int MostFiles = 4_096;

    /// <summary>How many signatures one may have.</summary>
    public const int MostSignatures = 16;

    // Of base64 of 65 bytes.
    private const int SignatureLength = 88;

    private const string AddressKey = "address";
    private const string ModifiedKey = "modified";
    private const string FilesKey = "files";
    private const string SignsKey = "signs";
    private const string OldSignKey = "sign";

    private SiteContent()
    {
    }

    /// <summary>The site that it says to be of.</summary>
    public required string Address { get; init; }

    /// <summary>When it was signed, as it says, in seconds since 1970.</summary>
    public required long Modified { get; init; }

    /// <summary>The site's files, by path.</summary>
    public required ImmutableSortedDictionary<string, SiteFile> Files { get; init; }

    /// <summary>Signatures in base64, by the addresses that they are said to be of.</summary>
    public required ImmutableSortedDictionary<string, string> Signatures { get; init; }

    /// <summary>What the signatures are over.</summary>
    public required ReadOnlyMemory<byte> SignedText { get; init; }

    /// <summary>Reads one.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="why">What is wrong, as a sentence for a log, where the result is null.</param>
    public static SiteContent? Read(ReadOnlyMemory<byte> utf8, out string? why)
    {
        if (utf8.Length > MostSize)
        {
            why = Wrong($"it is larger than {MostSize} bytes");
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, CanonicalJson.Reading);
            return Read(document.RootElement, out why);
        }
        catch (InvalidOperationException)
        {
            // What the reader of JSON says of half a character.
            why = Wrong("it has half a character of UTF-16");
            return null;
        }
        catch (JsonException)
        {
            why = Wrong($"it is no JSON, or deeper than {CanonicalJson.MostDepth}");
            return null;
        }
    }

    private static SiteContent? Read(JsonElement root, out string? why)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            why = Wrong("it is no object");
            return null;
        }

        var text = new ArrayBufferWriter<byte>();
        if (CanonicalJson.TryWrite(root, text, SignsKey, OldSignKey) is { } clause)
        {
            why = Wrong(clause);
            return null;
        }

        why = null;
        if (!root.TryGetProperty(AddressKey, out JsonElement address) || address.ValueKind != JsonValueKind.String)
        {
            why = Wrong("it names no site");
        }
        else if (!root.TryGetProperty(ModifiedKey, out JsonElement modified) || modified.ValueKind != JsonValueKind.Number || !modified.TryGetInt64(out long seconds) || seconds < 0)
        {
            why = Wrong("it does not say when it was signed");
        }
        else if (ReadFiles(root, out why) is { } files && ReadSignatures(root, out why) is { } signatures)
        {
            return new SiteContent { Address = address.GetString()!, Modified = seconds, Files = files, Signatures = signatures, SignedText = text.WrittenMemory };
        }

        return null;
    }

    private static ImmutableSortedDictionary<string, SiteFile>? ReadFiles(JsonElement root, out string? why)
    {
        why = Wrong("its files are not listed as they should be");
        if (!root.TryGetProperty(FilesKey, out JsonElement listed) || listed.ValueKind != JsonValueKind.Object || listed.GetPropertyCount() > MostFiles)
        {
            return null;
        }

        var files = ImmutableSortedDictionary.CreateBuilder<string, SiteFile>(StringComparer.Ordinal);
        foreach (JsonProperty file in listed.EnumerateObject())
        {
            if (!SitePath.IsValid(file.Name))
            {
                why = Wrong("a file's path leads out of the site, or is none");
                return null;
            }

            if (file.Value.ValueKind != JsonValueKind.Object
                || !file.Value.TryGetProperty("sha512", out JsonElement hash) || hash.ValueKind != JsonValueKind.String || hash.GetString() is not { Length: SiteFile.HashDigits } digits || !digits.All(char.IsAsciiHexDigitLower)
                || !file.Value.TryGetProperty("size", out JsonElement size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out long bytes) || bytes < 0)
            {
                return null;
            }

            files[file.Name] = new SiteFile(digits, bytes);
        }

        why = null;
        return files.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string>? ReadSignatures(JsonElement root, out string? why)
    {
        why = Wrong("its signatures are not listed as they should be");
        if (!root.TryGetProperty(SignsKey, out JsonElement listed) || listed.ValueKind != JsonValueKind.Object || listed.GetPropertyCount() is 0 or > MostSignatures)
        {
            return null;
        }

        var signatures = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty signature in listed.EnumerateObject())
        {
            if (signature.Value.ValueKind != JsonValueKind.String || signature.Value.GetString() is not { Length: SignatureLength } base64)
            {
                return null;
            }

            signatures[signature.Name] = base64;
        }

        why = null;
        return signatures.ToImmutable();
    }

    private static string Wrong(string clause) => $"A site's {FileName} is not taken: {clause}.";
}
