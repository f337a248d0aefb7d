using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>Times as people write them: <c>"500ms"</c>, <c>"30s"</c>, <c>"2m"</c>, <c>"1h"</c>, <c>"7d"</c>, or <c>"never"</c>.</summary>
internal sealed class TimeSpanConverter : JsonConverter<TimeSpan>
{
    public const string Pattern = @"^(never|[0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d))$";

    public const string Form = "a time with its unit in quotes, such as \"500ms\", \"30s\", \"2m\" or \"1h\", or \"never\"";

    private const string Never = "never";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    private static readonly (string Unit, TimeSpan Value)[] Units =
    [
        // "ms" comes before "s" and "m": the first that matches the end wins.
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = Timeout.InfiniteTimeSpan;
        if (text == Never)
        {
            return true;
        }

        foreach ((string unit, TimeSpan one) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal))
            {
                bool parsed = decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)
                    && count <= Longest.Ticks / (decimal)one.Ticks;
                value = parsed ? TimeSpan.FromTicks((long)(count * one.Ticks)) : default;
                return parsed;
            }
        }

        return false;
    }

    public static string Format(TimeSpan value)
    {
        if (value == Timeout.InfiniteTimeSpan)
        {
            return Never;
        }

        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        (string unit, TimeSpan one) = Units.Where(u => value.Ticks % u.Value.Ticks == 0).DefaultIfEmpty(Units[0]).MaxBy(u => u.Value);
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / (decimal)one.Ticks}{unit}");
    }

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out TimeSpan value)
            ? value
            : throw new JsonException("That is no time.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));
}
