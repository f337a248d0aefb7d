using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a site of ours is to say.</summary>
/// <param name="Title">Its title, as clients show it.</param>
/// <param name="Description">What it is, in a sentence.</param>
/// <param name="Files">Its files, by path.</param>
internal sealed record SiteDraft(string Title, string Description, ImmutableSortedDictionary<string, SiteFile> Files)
{
    // The release whose rules are followed, and which real nodes compare with their own.
    private const string FollowedVersion = "0.7.2";

    private const int SignaturesRequired = 1;

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes and signs its content.json.</summary>
    /// <param name="key">The site's key.</param>
    /// <param name="modified">The time of signing, in seconds since 1970: newer than any before, and never ahead of the clock.</param>
    public byte[] Sign(ZeroNetPrivateKey key, long modified)
    {
        string address = key.Address.Text;
        var content = new JsonObject
        {
            ["address"] = address,
            ["description"] = Description,
            ["files"] = new JsonObject(Files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)new JsonObject { ["sha512"] = file.Value.Sha512, ["size"] = file.Value.Size }))),
            ["ignore"] = "",
            ["modified"] = modified,
            ["signers_sign"] = key.Sign(Encoding.ASCII.GetBytes($"{SignaturesRequired}:{address}")),
            ["signs_required"] = SignaturesRequired,
            ["title"] = Title,
            ["zeronet_version"] = FollowedVersion,
        };

        // Without its path in the site, "inner_path": the newest real nodes refuse that.
        var text = new ArrayBufferWriter<byte>();
        using (var document = JsonDocument.Parse(content.ToJsonString(Layout), CanonicalJson.Reading))
        {
            if (CanonicalJson.TryWrite(document.RootElement, text) is { } why)
            {
                throw new InvalidOperationException($"A site of ours cannot be signed: {why}.");
            }
        }

        content["signs"] = new JsonObject { [address] = key.Sign(text.WrittenSpan) };
        return Encoding.UTF8.GetBytes(content.ToJsonString(Layout));
    }
}
