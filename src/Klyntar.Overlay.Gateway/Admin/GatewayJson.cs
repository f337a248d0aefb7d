using System.Text.Json;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>How the status model is written as JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayStatus))]
public sealed partial class GatewayJson : JsonSerializerContext
{
    /// <summary>The same, indented: for people and for <c>status --json</c>.</summary>
    public static GatewayJson Indented { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
