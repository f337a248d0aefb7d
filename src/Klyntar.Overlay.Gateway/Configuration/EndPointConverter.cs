using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>End points in the form of <see cref="EndPointText"/>.</summary>
/// <param name="areTargets">Whether they are targets of services, so that names on overlays are among them.</param>
internal sealed class EndPointConverter(bool areTargets) : JsonConverter<EndPoint>
{
    /// <summary>What they look like, as the end of a sentence.</summary>
    public string Form => areTargets ? EndPointText.TargetForm : EndPointText.Form;

    public override EndPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("That is no text.");
        }

        string text = reader.GetString()!;
        return (areTargets ? EndPointText.TryParseTarget(text, out EndPoint? endPoint, out string? why) : EndPointText.TryParse(text, out endPoint, out why))
            ? endPoint
            : throw new JsonException(why);
    }

    public override void Write(Utf8JsonWriter writer, EndPoint value, JsonSerializerOptions options) =>
        writer.WriteStringValue(EndPointText.Format(value));
}
