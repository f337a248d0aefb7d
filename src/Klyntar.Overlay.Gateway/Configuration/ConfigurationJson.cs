using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.Gateway;

/// <summary>How options are read from JSON and described in the schema.</summary>
internal static class ConfigurationJson
{
    public static JsonSerializerOptions Options { get; } = Make(areTargets: false);

    /// <summary>The same for properties with <see cref="TargetsAttribute"/>.</summary>
    public static JsonSerializerOptions TargetOptions { get; } = Make(areTargets: true);

    private static JsonSerializerOptions Make(bool areTargets)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            RespectNullableAnnotations = true,
            Converters =
            {
                new TimeSpanConverter(),
                new EndPointConverter(areTargets),
                new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { KeepSettable } },
        };
        options.MakeReadOnly();
        return options;
    }

    // What cannot be set is no option: neither a known key nor part of the schema.
    private static void KeepSettable(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].Set is null && type.Properties[i].AssociatedParameter is null)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }
}
