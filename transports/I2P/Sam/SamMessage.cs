using System.Collections.Immutable;
using System.Text;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>One line of a bridge: two words, such as STREAM STATUS, and values by name.</summary>
/// <param name="Topic">The first word, such as STREAM or PING.</param>
/// <param name="Kind">The second word, such as STATUS; empty where there is none.</param>
/// <param name="Text">All that follows the first word, as it came.</param>
/// <param name="Values">The values, as they came; quotation marks are removed.</param>
internal sealed record SamMessage(string Topic, string Kind, string Text, ImmutableArray<(string Name, string Value)> Values)
{
    /// <summary>The value of a name, or null. The first one where there are several.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string other, string value) in Values)
            {
                if (other == name)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>Reads a line.</summary>
    /// <returns>The message, or null with what is wrong.</returns>
    public static SamMessage? Parse(string line, SamLimits limits, out SamViolation violation)
    {
        violation = SamViolation.BadSyntax;
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        string topic = space < 0 ? line : line[..space];
        string text = space < 0 ? "" : line[(space + 1)..];
        if (topic.Length == 0 || topic.AsSpan().ContainsAny('=', '"'))
        {
            return null;
        }

        // What follows PING is anything.
        if (topic is "PING" or "PONG")
        {
            return new SamMessage(topic, "", text, []);
        }

        var values = ImmutableArray.CreateBuilder<(string, string)>();
        string kind = "";
        int place = 0;
        while (true)
        {
            while (place < text.Length && text[place] == ' ')
            {
                place++;
            }

            if (place == text.Length)
            {
                return new SamMessage(topic, kind, text, values.ToImmutable());
            }

            if (values.Count == limits.Values)
            {
                violation = SamViolation.TooManyValues;
                return null;
            }

            int end = text.AsSpan(place).IndexOfAny(' ', '=') is var found && found < 0 ? text.Length : place + found;
            string name = text[place..end];
            place = end;
            if (name.Length == 0 || name.Contains('"', StringComparison.Ordinal))
            {
                return null;
            }

            if (place == text.Length || text[place] == ' ')
            {
                if (kind.Length == 0 && values.Count == 0)
                {
                    kind = name;
                    continue;
                }

                values.Add((name, ""));
                continue;
            }

            place++;
            if (ReadValue(text, ref place) is not { } value)
            {
                return null;
            }

            values.Add((name, value));
        }
    }

    // Values may hold "=", as base64 does at its end; in quotation marks also spaces, and a quotation mark after a backslash.
    private static string? ReadValue(string text, ref int place)
    {
        if (place == text.Length || text[place] != '"')
        {
            int end = text.IndexOf(' ', place) is var found && found < 0 ? text.Length : found;
            string plain = text[place..end];
            place = end;
            return plain;
        }

        var value = new StringBuilder();
        for (place++; place < text.Length; place++)
        {
            char c = text[place];
            if (c == '"')
            {
                place++;
                return place == text.Length || text[place] == ' ' ? value.ToString() : null;
            }

            if (c == '\\' && place + 1 < text.Length)
            {
                c = text[++place];
            }

            value.Append(c);
        }

        return null;
    }
}
