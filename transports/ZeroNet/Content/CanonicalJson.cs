using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The one text of a JSON value that ZeroNet signs: that of Python's <c>json.dumps(value, sort_keys=True)</c>. Keys are in the order of their code points, of several alike the last
/// counts, and all characters but printable ASCII are escaped. Whole numbers only, since Python's text of others is its own.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>How deep a value may be. Real files of sites need five.</summary>
    public const int MostDepth = 64;

    // Python refuses longer ones as well.
    private const int MostDigits = 4_300;

    private const string HexDigits = "0123456789abcdef";

    /// <summary>How texts are read that are to be written so: strictly, and only to <see cref="MostDepth"/>.</summary>
    public static JsonDocumentOptions Reading { get; } = new() { MaxDepth = MostDepth };

    /// <summary>Writes an object without some of its keys.</summary>
    /// <param name="value">An object of a document that was read as <see cref="Reading"/> has it.</param>
    /// <param name="output">Where to; what is there is of no use where this fails.</param>
    /// <param name="without">The keys of the object itself that are left out.</param>
    /// <returns>Null, or why it cannot be written, as a clause.</returns>
    /// <exception cref="InvalidOperationException">A text of it has half a character of UTF-16, which has no text of its own.</exception>
    public static string? TryWrite(JsonElement value, IBufferWriter<byte> output, params ReadOnlySpan<string> without)
    {
        var members = new SortedDictionary<string, JsonElement>(CodePointComparer.Instance);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!without.Contains(member.Name))
            {
                members[member.Name] = member.Value;
            }
        }

        output.Write("{"u8);
        bool isFirst = true;
        foreach ((string name, JsonElement member) in members)
        {
            output.Write(isFirst ? ""u8 : ", "u8);
            isFirst = false;
            WriteString(name, output);
            output.Write(": "u8);
            if (Write(member, output) is { } why)
            {
                return why;
            }
        }

        output.Write("}"u8);
        return null;
    }

    private static string? Write(JsonElement value, IBufferWriter<byte> output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return TryWrite(value, output);
            case JsonValueKind.Array:
                return WriteArray(value, output);
            case JsonValueKind.String:
                WriteString(value.GetString()!, output);
                return null;
            case JsonValueKind.Number:
                return WriteNumber(value.GetRawText(), output);
            default:
                output.Write(value.ValueKind switch
                {
                    JsonValueKind.True => "true"u8,
                    JsonValueKind.False => "false"u8,
                    _ => "null"u8,
                });
                return null;
        }
    }

    private static string? WriteArray(JsonElement value, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        bool isFirst = true;
        foreach (JsonElement item in value.EnumerateArray())
        {
            output.Write(isFirst ? ""u8 : ", "u8);
            isFirst = false;
            if (Write(item, output) is { } why)
            {
                return why;
            }
        }

        output.Write("]"u8);
        return null;
    }

    private static string? WriteNumber(string digits, IBufferWriter<byte> output)
    {
        if (digits.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return "it has a number that is not whole";
        }

        if (digits.Length > MostDigits)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it has a number of {digits.Length} digits");
        }

        Encoding.ASCII.GetBytes(digits == "-0" ? "0" : digits, output);
        return null;
    }

    private static void WriteString(string text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        foreach (char unit in text)
        {
            switch (unit)
            {
                case '"':
                    output.Write("\\\""u8);
                    break;
                case '\\':
                    output.Write("\\\\"u8);
                    break;
                case '\n':
                    output.Write("\\n"u8);
                    break;
                case '\r':
                    output.Write("\\r"u8);
                    break;
                case '\t':
                    output.Write("\\t"u8);
                    break;
                case '\b':
                    output.Write("\\b"u8);
                    break;
                case '\f':
                    output.Write("\\f"u8);
                    break;
                case >= ' ' and <= '~':
                    output.Write([(byte)unit]);
                    break;
                default:
                    output.Write([(byte)'\\', (byte)'u', Hex(unit, 12), Hex(unit, 8), Hex(unit, 4), Hex(unit, 0)]);
                    break;
            }
        }

        output.Write("\""u8);
    }

    private static byte Hex(char unit, int shift) => (byte)HexDigits[(unit >> shift) & 0xF];
}
