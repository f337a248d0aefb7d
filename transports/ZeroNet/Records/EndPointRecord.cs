using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The file of a site that says where its gateway is reached: <c>{"endpoints": [{"addr", "cert", "kind", "port"}], "exp", "v"}</c>. It is one of the files that the site's content.json
/// lists, since real nodes pass a content.json on only where its files have changed; what it says counts for nothing until its hash there has been compared.
/// </summary>
internal sealed record EndPointRecord
{
    /// <summary>Its path in the site.</summary>
    public const string FileName = "klyntar-endpoints.json";

    /// <summary>How large one may be, in bytes.</summary>
    public const int MostSize = 16 * 1024;

    /// <summary>How many end points one may have.</summary>
    public const int MostEndPoints = 16;

    private const int Version = 1;
    private const int MostDepth = 4;
    private const string VersionKey = "v";
    private const string EndPointsKey = "endpoints";
    private const string ExpiryKey = "exp";
    private const string KindKey = "kind";
    private const string AddressKey = "addr";
    private const string PortKey = "port";
    private const string CertificateKey = "cert";

    /// <summary>Where the gateway is reached, those that it prefers first.</summary>
    public required ImmutableArray<RecordedEndPoint> EndPoints { get; init; }

    /// <summary>Until when this counts, in seconds since 1970.</summary>
    public required long Expires { get; init; }

    /// <summary>Whether it counts no more.</summary>
    public bool IsExpired(DateTimeOffset now) => now.ToUnixTimeSeconds() >= Expires;

    /// <summary>Reads one. End points of kinds that are not known here are passed over; those of a known kind must be in order.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="why">What is wrong, as a sentence, where the result is null.</param>
    public static EndPointRecord? Read(ReadOnlyMemory<byte> utf8, out string? why)
    {
        if (utf8.Length > MostSize)
        {
            why = Wrong(string.Create(CultureInfo.InvariantCulture, $"it is larger than {MostSize} bytes"));
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MostDepth });
            return Read(document.RootElement, out why);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is what the reader of JSON says of half a character.
            why = Wrong("it is no JSON that it could be");
            return null;
        }
    }

    /// <summary>Writes it: the same bytes for the same record.</summary>
    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray(EndPointsKey);
            foreach (RecordedEndPoint endPoint in EndPoints)
            {
                writer.WriteStartObject();
                writer.WriteString(AddressKey, endPoint.Address);
                writer.WriteString(CertificateKey, endPoint.Certificate);
                writer.WriteString(KindKey, NameOf(endPoint.Kind));
                writer.WriteNumber(PortKey, endPoint.Port);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNumber(ExpiryKey, Expires);
            writer.WriteNumber(VersionKey, Version);
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public bool Equals(EndPointRecord? other) => other is not null && Expires == other.Expires && EndPoints.SequenceEqual(other.EndPoints);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Expires, EndPoints.Length);

    private static EndPointRecord? Read(JsonElement root, out string? why)
    {
        why = null;
        if (root.ValueKind != JsonValueKind.Object || Number(root, VersionKey) is not { } version)
        {
            why = Wrong("it does not say of which version it is");
        }
        else if (version != Version)
        {
            why = Wrong("it is of another version than this gateway knows");
        }
        else if (Number(root, ExpiryKey) is not { } expires || expires < 0)
        {
            why = Wrong("it does not say until when it counts");
        }
        else if (!root.TryGetProperty(EndPointsKey, out JsonElement listed) || listed.ValueKind != JsonValueKind.Array || listed.GetArrayLength() > MostEndPoints)
        {
            why = Wrong("it has no list of end points, or one that is too long");
        }
        else
        {
            var endPoints = ImmutableArray.CreateBuilder<RecordedEndPoint>();
            foreach (JsonElement item in listed.EnumerateArray())
            {
                string? name = Text(item, KindKey);
                RecordedEndPointKind? kind = KindOf(name);
                if (name is not null && kind is null)
                {
                    continue;
                }

                if (kind is null || ReadEndPoint(kind.Value, item) is not { } endPoint)
                {
                    why = Wrong("an end point is not in order");
                    return null;
                }

                endPoints.Add(endPoint);
            }

            return new EndPointRecord { EndPoints = endPoints.ToImmutable(), Expires = expires };
        }

        return null;
    }

    private static RecordedEndPoint? ReadEndPoint(RecordedEndPointKind kind, JsonElement item) =>
        Text(item, AddressKey) is { } address && Number(item, PortKey) is { } port and >= 1 and <= ushort.MaxValue && Text(item, CertificateKey) is { } certificate
        && new RecordedEndPoint(kind, address, (int)port, certificate) is { IsValid: true } endPoint
            ? endPoint
            : null;

    private static string? Text(JsonElement item, string key) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement item, string key) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static RecordedEndPointKind? KindOf(string? name) => name switch
    {
        "tcp" => RecordedEndPointKind.Tcp,
        "onion" => RecordedEndPointKind.Onion,
        "i2p" => RecordedEndPointKind.I2P,
        _ => null,
    };

    private static string NameOf(RecordedEndPointKind kind) => kind switch
    {
        RecordedEndPointKind.Tcp => "tcp",
        RecordedEndPointKind.Onion => "onion",
        _ => "i2p",
    };

    private static string Wrong(string clause) => $"The end points of a site ({FileName}) are not taken: {clause}.";
}
