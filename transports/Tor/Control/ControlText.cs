using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Quoted strings of the control protocol.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/message-format.html#description-format">control-spec, section 2.1.1</a>:
/// <c>QuotedString = DQUOTE *qcontent DQUOTE</c>. Tor writes C escapes (<c>\n \t \r \0</c> to <c>\377</c>) and takes them;
/// any other character after a backslash stands for itself.
/// </remarks>
internal static class ControlText
{
    /// <summary>Writes a quoted string.</summary>
    /// <param name="text">Characters up to U+00FF, each a byte.</param>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append(c);
                    break;
                case >= ' ' and < '\x7f':
                    quoted.Append(c);
                    break;
                case <= '\xff':
                    quoted.Append('\\').Append((char)('0' + (c >> 6))).Append((char)('0' + ((c >> 3) & 7))).Append((char)('0' + (c & 7)));
                    break;
                default:
                    throw new ArgumentException("A quoted string holds bytes; encode the text as UTF-8 first.", nameof(text));
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Writes a text as the quoted string of its UTF-8 bytes.</summary>
    public static string QuoteUtf8(string text) => Quote(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));

    /// <summary>The text whose UTF-8 bytes are these characters, each a byte: the form in which replies hold it.</summary>
    public static string FromUtf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    /// <summary>Reads a quoted string.</summary>
    /// <param name="text">Starts with the opening quote; what was used is cut off its front.</param>
    /// <returns>The characters, each a byte; null where the string does not end or has a bad escape.</returns>
    public static string? Unquote(ref ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] != '"')
        {
            return null;
        }

        var plain = new StringBuilder();
        for (int i = 1; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"')
            {
                text = text[(i + 1)..];
                return plain.ToString();
            }

            if (c != '\\')
            {
                plain.Append(c);
                continue;
            }

            if (++i == text.Length)
            {
                return null;
            }

            switch (text[i])
            {
                case 'n':
                    plain.Append('\n');
                    break;
                case 't':
                    plain.Append('\t');
                    break;
                case 'r':
                    plain.Append('\r');
                    break;
                case >= '0' and <= '7':
                    int value = 0;
                    int end = Math.Min(i + 3, text.Length);
                    for (; i < end && text[i] is >= '0' and <= '7'; i++)
                    {
                        value = (8 * value) + text[i] - '0';
                    }

                    if (value > 0xff)
                    {
                        return null;
                    }

                    i--;
                    plain.Append((char)value);
                    break;
                default:
                    plain.Append(text[i]);
                    break;
            }
        }

        return null;
    }
}
