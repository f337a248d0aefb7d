using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.Gateway;

/// <summary>The JSON schema of <c>overlay.json</c>, made from the options' types.</summary>
public static class GatewaySchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes the schema, as indented JSON text with a final line feed.</summary>
    /// <param name="catalog">The transports whose sections it describes.</param>
    public static string Generate(TransportCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        JsonObject schema = Export(typeof(GatewayOptions), "#", catalog);
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "overlay.json, the configuration of klyntar-overlay",
        };
        foreach ((string key, JsonNode? value) in schema.ToArray())
        {
            schema.Remove(key);
            whole[key] = value;
        }

        whole["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        whole["$defs"] = Definitions(catalog);
        return whole.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Definitions(TransportCatalog catalog)
    {
        var definitions = new JsonObject();
        foreach (ITransportFactory factory in catalog.Factories)
        {
            definitions[factory.Name] = Export(factory.OptionsType, Definition(factory, ofService: false), catalog);
            if (factory.ServiceOptionsType is { } serviceOptions)
            {
                definitions[$"{factory.Name}.service"] = Export(serviceOptions, Definition(factory, ofService: true), catalog);
            }
        }

        return definitions;
    }

    private static string Definition(ITransportFactory factory, bool ofService) => $"#/$defs/{factory.Name}{(ofService ? ".service" : "")}";

    private static JsonObject Export(Type type, string place, TransportCatalog catalog)
    {
        JsonNode schema = ConfigurationJson.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Transform(context, node, catalog),
        });
        Rebase(schema, place);
        return schema.AsObject();
    }

    // A type that occurs twice is described once and referred to, by a path from its own root.
    private static void Rebase(JsonNode? schema, string place)
    {
        switch (schema)
        {
            case JsonObject o:
                if (o["$ref"] is JsonValue reference && reference.GetValue<string>() is var path && !path.StartsWith("#/$defs/", StringComparison.Ordinal))
                {
                    o["$ref"] = place + path[1..];
                }

                foreach ((string _, JsonNode? value) in o)
                {
                    Rebase(value, place);
                }

                break;
            case JsonArray array:
                foreach (JsonNode? item in array)
                {
                    Rebase(item, place);
                }

                break;
        }
    }

    private static JsonObject Transform(JsonSchemaExporterContext context, JsonNode node, TransportCatalog catalog)
    {
        JsonObject schema = node as JsonObject ?? [];
        Type type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(TimeSpan))
        {
            schema = new JsonObject { ["type"] = "string", ["pattern"] = TimeSpanConverter.Pattern };
        }
        else if (type == typeof(EndPoint))
        {
            schema = new JsonObject { ["type"] = "string", ["pattern"] = EndPointText.Pattern };
        }
        else if (context.PropertyInfo is { } section && ConfigurationBinder.AttributeOf<TransportSectionsAttribute>(section) is { } sections)
        {
            schema = Sections(sections, catalog);
        }
        else if (context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            schema["additionalProperties"] = false;
        }
        else if (context.TypeInfo is { Kind: JsonTypeInfoKind.Dictionary } dictionary && dictionary.KeyType == typeof(int))
        {
            schema["propertyNames"] = new JsonObject { ["pattern"] = "^[1-9][0-9]{0,4}$" };
            if (context.PropertyInfo is { } targets && ConfigurationBinder.AttributeOf<TargetsAttribute>(targets) is not null)
            {
                schema["additionalProperties"] = new JsonObject { ["type"] = "string", ["pattern"] = EndPointText.TargetPattern };
            }
        }

        return context.PropertyInfo is { } property ? Describe(schema, property) : schema;
    }

    private static JsonObject Describe(JsonObject schema, JsonPropertyInfo property)
    {
        if (ConfigurationBinder.AttributeOf<RangeAttribute>(property) is { Minimum: int least, Maximum: int most })
        {
            schema["minimum"] = least;
            schema["maximum"] = most;
        }

        if (ConfigurationBinder.AttributeOf<DescriptionAttribute>(property) is { } description)
        {
            schema.Insert(0, "description", description.Description);
        }

        if (DefaultOf(property) is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }

    // What an option is where the file does not tell it: as a new instance of its type has it. Lists and sections have no word of their own for that.
    private static JsonValue? DefaultOf(JsonPropertyInfo property)
    {
        Type options = property.DeclaringType;
        if (property.IsRequired || property.Get is null || options.IsAbstract || options.GetConstructor(Type.EmptyTypes) is null)
        {
            return null;
        }

        try
        {
            object? value = property.Get(Activator.CreateInstance(options)!);
            return JsonSerializer.SerializeToNode(value, property.PropertyType, ConfigurationJson.Options) as JsonValue;
        }
        catch (Exception)
        {
            // A plugin's type may throw whatever it likes; binding its section tells of that.
            return null;
        }
    }

    private static JsonObject Sections(TransportSectionsAttribute sections, TransportCatalog catalog)
    {
        var properties = new JsonObject();
        foreach (ITransportFactory factory in catalog.Factories)
        {
            var reference = new JsonObject { ["$ref"] = Definition(factory, sections.OfService) };
            if (sections.OfService && factory.ServiceOptionsType is not null)
            {
                properties[factory.Name] = reference;
            }
            else if (!sections.OfService)
            {
                properties[factory.Name] = new JsonObject
                {
                    ["description"] = factory.Description,
                    ["anyOf"] = new JsonArray(new JsonObject { ["const"] = false }, reference),
                };
            }
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }
}
