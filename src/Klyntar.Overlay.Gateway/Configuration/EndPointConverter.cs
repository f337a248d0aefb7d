using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>End points of this machine in the form of <see cref="EndPointText"/>.</summary>
internal sealed class EndPointConverter : JsonConverter<EndPoint>
{
    public override EndPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("That is no text.");
        }

        return EndPointText.TryParse(reader.GetString()!, out EndPoint? endPoint, out string? why) ? endPoint : throw new JsonException(why);
    }

    public override void Write(Utf8JsonWriter writer, EndPoint value, JsonSerializerOptions options) =>
        writer.WriteStringValue(EndPointText.Format(value));
}
