using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.Gateway;

/// <summary>Says what a value of a type looks like, for "Write … instead".</summary>
internal static class ConfigurationForms
{
    public static string Advice(JsonTypeInfo type)
    {
        Type value = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        string form = type.Kind switch
        {
            JsonTypeInfoKind.Object => "an object: { … }",
            JsonTypeInfoKind.Dictionary => "an object: { \"…\": … }",
            JsonTypeInfoKind.Enumerable => $"a list: [ … ]",
            _ when value == typeof(TimeSpan) => TimeSpanConverter.Form,
            _ when type.Converter is EndPointConverter endPoints => endPoints.Form,
            _ when value == typeof(bool) => "true or false",
            _ when value == typeof(string) => "a text in quotes",
            _ when value.IsEnum => $"one of {string.Join(", ", EnumNames(value).Select(n => $"\"{n}\""))}",
            _ when IsWhole(value) => Whole(value),
            _ when value == typeof(double) || value == typeof(float) || value == typeof(decimal) => "a number without quotes",
            _ => $"a value of the form {value.Name}",
        };
        return $"Write {form}.";
    }

    public static IReadOnlyList<string> EnumNames(Type type) =>
        [.. Enum.GetNames(type).Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName)];

    private static string Whole(Type type) => type switch
    {
        _ when type == typeof(ulong) || type == typeof(uint) || type == typeof(ushort) || type == typeof(byte) => "a whole number from 0, without quotes",
        _ => "a whole number without quotes",
    };

    private static bool IsWhole(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;
}
