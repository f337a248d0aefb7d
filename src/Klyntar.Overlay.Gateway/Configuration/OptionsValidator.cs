using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.Gateway;

/// <summary>Checks what option types say of themselves: validation attributes on their properties, then <see cref="IValidatableObject"/>.</summary>
/// <remarks>A rule's member names are the C# names of the properties it looked at: where one of them was not readable, the rule is not reported.</remarks>
internal sealed class OptionsValidator(ConfigurationReport report)
{
    /// <summary>Checks a value and what it holds.</summary>
    /// <param name="value">The value.</param>
    /// <param name="declared">The type it is read as; for <see cref="object"/>, its own.</param>
    /// <param name="path">Its place.</param>
    public void Check(object? value, Type declared, string path)
    {
        if (value is null)
        {
            return;
        }

        JsonTypeInfo type = ConfigurationJson.Options.GetTypeInfo(declared == typeof(object) ? value.GetType() : declared);
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(value, type, path);
                break;
            case JsonTypeInfoKind.Dictionary when value is IDictionary dictionary:
                foreach (DictionaryEntry entry in dictionary)
                {
                    Check(entry.Value, type.ElementType!, ConfigurationNode.PathOf(path, Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!));
                }

                break;
            case JsonTypeInfoKind.Enumerable when value is IEnumerable list:
                int index = 0;
                foreach (object? item in list)
                {
                    Check(item, type.ElementType!, $"{path}[{index++}]");
                }

                break;
        }
    }

    private void CheckObject(object value, JsonTypeInfo type, string path)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            string place = ConfigurationNode.PathOf(path, property.Name);
            if (property.Get is null || report.HasErrorAt(place))
            {
                continue;
            }

            object? member = property.Get(value);
            if (!report.IsFaulty(place))
            {
                CheckProperty(property, member, value, place);
            }

            Check(member, property.PropertyType, place);
        }

        if (value is IValidatableObject self)
        {
            foreach (ValidationResult result in self.Validate(new ValidationContext(value)))
            {
                Add(result, path);
            }
        }
    }

    private void CheckProperty(JsonPropertyInfo property, object? member, object owner, string path)
    {
        var context = new ValidationContext(owner) { MemberName = property.Name, DisplayName = property.Name };
        foreach (ValidationAttribute rule in property.AttributeProvider?.GetCustomAttributes(typeof(ValidationAttribute), inherit: true) ?? [])
        {
            if (rule.GetValidationResult(member, context) is not { } result)
            {
                continue;
            }

            if (rule is RangeAttribute range && range.ErrorMessage is null && range.ErrorMessageResourceName is null)
            {
                string what = member is TimeSpan ? "time" : "number";
                report.Add(path, $"{Written(member)} is out of range.", $"Write a {what} from {Written(range.Minimum)} to {Written(range.Maximum)}.");
            }
            else
            {
                report.Add(path, result.ErrorMessage ?? "This is not valid.", ConfigurationBinder.AttributeOf<System.ComponentModel.DescriptionAttribute>(property)?.Description ?? "");
            }
        }
    }

    private static string Written(object? value) =>
        value is TimeSpan time ? $"\"{TimeSpanConverter.Format(time)}\"" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private void Add(ValidationResult result, string path)
    {
        List<string> places = [.. result.MemberNames.Select(m => ConfigurationNode.PathOf(path, JsonNamingPolicy.CamelCase.ConvertName(m)))];
        if (places.Count == 0)
        {
            places.Add(path);
        }

        if (!places.Exists(report.IsFaulty))
        {
            report.Add(places[0], result.ErrorMessage ?? "This is not valid.", "");
        }
    }
}
