using System.Collections;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.Gateway;

/// <summary>
/// Makes options from a JSON tree by System.Text.Json's own description of their types, and goes on after an error: what is
/// wrong keeps its default, so that the rules can be checked on the rest.
/// </summary>
/// <remarks>
/// System.Text.Json itself stops at the first error. Option types are classes or records with a constructor without
/// parameters, settable (or init) properties, arrays, lists and dictionaries; anything else is read by its own converter.
/// </remarks>
internal sealed class ConfigurationBinder(ConfigurationReport report, TransportCatalog catalog)
{
    private const string SchemaKey = "$schema";

    public object? Bind(ConfigurationNode node, Type type) => Bind(node, ConfigurationJson.Options.GetTypeInfo(type));

    private object? Bind(ConfigurationNode node, JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object when type.CreateObject is not null => BindObject(node, type),
        JsonTypeInfoKind.Enumerable when Collections.CanMakeList(type) => BindList(node, type),
        JsonTypeInfoKind.Dictionary when Collections.CanMakeDictionary(type) => BindDictionary(node, type),
        _ => BindLeaf(node, type),
    };

    private object BindObject(ConfigurationNode node, JsonTypeInfo type)
    {
        object made = type.CreateObject!();
        if (!Expect(node, JsonTokenType.StartObject, type))
        {
            return made;
        }

        var known = type.Properties.ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach (ConfigurationNode.Member member in Distinct(node))
        {
            if (node.Path.Length == 0 && member.Name == SchemaKey)
            {
                continue;
            }

            if (!known.TryGetValue(member.Name, out JsonPropertyInfo? property))
            {
                report.Add(member.Value.Path, node.PlaceOfName(member), $"There is no key \"{ConfigurationNode.Quotable(member.Name)}\" here.", Spelling.Advice(member.Name, known.Keys));
                continue;
            }

            if (member.Value.Kind == JsonTokenType.Null)
            {
                // The same as leaving the key out, where that has a meaning of its own.
                if (!property.IsSetNullable)
                {
                    report.Add(member.Value.Path, "null is no value for this key.", "Leave the key out to get its default.");
                }

                continue;
            }

            object? value = AttributeOf<TransportSectionsAttribute>(property) is { } sections
                ? BindSections(member.Value, sections)
                : Bind(member.Value, TypeOf(property));
            if (value is not null)
            {
                property.Set!(made, value);
            }
        }

        foreach (JsonPropertyInfo property in type.Properties.Where(p => p.IsRequired && node.Find(p.Name) is null))
        {
            report.Add(ConfigurationNode.PathOf(node.Path, property.Name), $"The key \"{property.Name}\" is missing.", DescriptionOf(property));
        }

        return made;
    }

    private Dictionary<string, object?>? BindSections(ConfigurationNode node, TransportSectionsAttribute sections)
    {
        if (node.Kind != JsonTokenType.StartObject)
        {
            report.Add(node.Path, $"This is {node.KindName}.", "Write an object whose keys are transports' names: { \"…\": { … } }.");
            return null;
        }

        var made = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (ConfigurationNode.Member member in Distinct(node))
        {
            if (!catalog.TryGet(member.Name, out ITransportFactory? factory))
            {
                MissingTransport missing = catalog.WhyMissing(member.Name);
                report.Add(member.Value.Path, node.PlaceOfName(member), missing.Reason, missing.Advice);
            }
            else if (sections.OfService && factory.ServiceOptionsType is null)
            {
                report.Add(member.Value.Path, node.PlaceOfName(member), $"Services have no options on \"{factory.Name}\".", "Remove this key.");
            }
            else if (!sections.OfService && member.Value.Kind == JsonTokenType.False)
            {
                made[member.Name] = null;
            }
            else if (member.Value.Kind != JsonTokenType.StartObject)
            {
                report.Add(member.Value.Path, $"This is {member.Value.KindName}.", sections.OfService
                    ? "Write an object: { … }."
                    : "Write an object, {} for the defaults, or false to switch the transport off.");
            }
            else
            {
                made[member.Name] = Bind(member.Value, sections.OfService ? factory.ServiceOptionsType! : factory.OptionsType);
            }
        }

        return made;
    }

    private object? BindList(ConfigurationNode node, JsonTypeInfo type)
    {
        if (!Expect(node, JsonTokenType.StartArray, type))
        {
            return null;
        }

        JsonTypeInfo element = type.Options.GetTypeInfo(type.ElementType!);
        var values = new object?[node.Items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            // A faulty element keeps its place, so that the paths of the others stay right.
            values[i] = BindElement(node.Items[i], element);
        }

        return Collections.MakeList(type, values);
    }

    private object? BindDictionary(ConfigurationNode node, JsonTypeInfo type)
    {
        if (!Expect(node, JsonTokenType.StartObject, type))
        {
            return null;
        }

        JsonTypeInfo element = type.Options.GetTypeInfo(type.ElementType!);
        IDictionary made = Collections.MakeDictionary(type);
        foreach (ConfigurationNode.Member member in Distinct(node))
        {
            object key = member.Name;
            if (type.KeyType == typeof(int))
            {
                // No signs and no leading zeros: one key has one spelling, so that a repeated one is seen.
                if (!int.TryParse(member.Name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number)
                    || number.ToString(System.Globalization.CultureInfo.InvariantCulture) != member.Name)
                {
                    report.Add(member.Value.Path, node.PlaceOfName(member), $"The key \"{ConfigurationNode.Quotable(member.Name)}\" is no number.", "Write a whole number in quotes, such as \"80\".");
                    continue;
                }

                key = number;
            }

            if (BindElement(member.Value, element) is { } value)
            {
                made[key] = value;
            }
        }

        return made;
    }

    private object? BindElement(ConfigurationNode node, JsonTypeInfo type)
    {
        if (node.Kind == JsonTokenType.Null)
        {
            report.Add(node.Path, "null is no value here.", "Remove it.");
            return null;
        }

        return Bind(node, type);
    }

    private object? BindLeaf(ConfigurationNode node, JsonTypeInfo type)
    {
        try
        {
            return JsonSerializer.Deserialize(node.Text, type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            report.Add(node.Path, Reason(node, type, e), ConfigurationForms.Advice(type));
            return null;
        }
    }

    private static string Reason(ConfigurationNode node, JsonTypeInfo type, Exception exception)
    {
        Type value = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return node.Kind switch
        {
            JsonTokenType.String when value == typeof(EndPoint) => $"\"{Quoted(node)}\": {exception.Message}",
            JsonTokenType.String when value == typeof(TimeSpan) => $"\"{Quoted(node)}\" is no time.",
            JsonTokenType.String when value.IsEnum => $"\"{Quoted(node)}\" is not known here.",
            JsonTokenType.Number when value.IsPrimitive && value != typeof(bool) => "The number is too large, too small or not whole.",
            // A text may be a secret of a transport's: it is not repeated.
            _ => $"This is {node.KindName}.",
        };
    }

    private static string Quoted(ConfigurationNode node)
    {
        try
        {
            return ConfigurationNode.Quotable(JsonSerializer.Deserialize<string>(node.Text, ConfigurationJson.Options) ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An escape that makes half a character.
            return "?";
        }
    }

    private bool Expect(ConfigurationNode node, JsonTokenType kind, JsonTypeInfo type)
    {
        if (node.Kind != kind)
        {
            report.Add(node.Path, $"This is {node.KindName}.", ConfigurationForms.Advice(type));
        }

        return node.Kind == kind;
    }

    private IEnumerable<ConfigurationNode.Member> Distinct(ConfigurationNode node)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ConfigurationNode.Member member in node.Members)
        {
            if (seen.Add(member.Name))
            {
                yield return member;
            }
            else
            {
                report.Add(member.Value.Path, node.PlaceOfName(member), $"The key \"{ConfigurationNode.Quotable(member.Name)}\" is here twice.", "Keep one of them.");
            }
        }
    }

    internal static T? AttributeOf<T>(JsonPropertyInfo property)
        where T : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: true) is [T attribute, ..] ? attribute : null;

    internal static string DescriptionOf(JsonPropertyInfo property) =>
        AttributeOf<System.ComponentModel.DescriptionAttribute>(property)?.Description ?? ConfigurationForms.Advice(TypeOf(property));

    private static JsonTypeInfo TypeOf(JsonPropertyInfo property) =>
        (AttributeOf<TargetsAttribute>(property) is null ? ConfigurationJson.Options : ConfigurationJson.TargetOptions).GetTypeInfo(property.PropertyType);

    /// <summary>Makes the collections that options may have.</summary>
    private static class Collections
    {
        private static readonly MethodInfo ToImmutableArray = typeof(Collections).GetMethod(nameof(ImmutableArrayOf), BindingFlags.NonPublic | BindingFlags.Static)!;

        public static bool CanMakeList(JsonTypeInfo type) =>
            type.ElementType is { } element && (type.Type.IsAssignableFrom(typeof(List<>).MakeGenericType(element)) || type.Type == element.MakeArrayType() || IsImmutableArray(type.Type));

        public static bool CanMakeDictionary(JsonTypeInfo type) =>
            type.KeyType is { } key && type.ElementType is { } element && (key == typeof(string) || key == typeof(int))
            && type.Type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, element));

        public static IDictionary MakeDictionary(JsonTypeInfo type) =>
            (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.KeyType!, type.ElementType!))!;

        public static object MakeList(JsonTypeInfo type, object?[] values)
        {
            Type element = type.ElementType!;
            Array array = Array.CreateInstance(element, values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] is { } value)
                {
                    array.SetValue(value, i);
                }
            }

            return type.Type == element.MakeArrayType() ? array
                : IsImmutableArray(type.Type) ? ToImmutableArray.MakeGenericMethod(element).Invoke(null, [array])!
                : Activator.CreateInstance(typeof(List<>).MakeGenericType(element), array)!;
        }

        private static bool IsImmutableArray(Type type) =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(System.Collections.Immutable.ImmutableArray<>);

        private static System.Collections.Immutable.ImmutableArray<T> ImmutableArrayOf<T>(T[] values) => [.. values];
    }
}
