using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>How the status model, and what a running gateway answers beside it, is written as JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayStatus))]
[JsonSerializable(typeof(ImmutableArray<NewCircuitsReport>))]
[JsonSerializable(typeof(ImmutableArray<PeerReport>))]
[JsonSerializable(typeof(ImmutableArray<PeerTestReport>))]
[JsonSerializable(typeof(ImmutableArray<string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(ClientCheckReport))]
public sealed partial class GatewayJson : JsonSerializerContext
{
    /// <summary>The same, indented: for people and for <c>status --json</c>.</summary>
    public static GatewayJson Indented { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
