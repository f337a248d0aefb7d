using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The words of a line: positional ones, and <c>KEYWORD=value</c> pairs with plain or quoted values.</summary>
/// <remarks>
/// Unknown keywords are kept and passed over, as
/// <a href="https://spec.torproject.org/control-spec/message-format.html">control-spec, section 2</a> asks. A keyword is upper
/// case, so that a relay named as <c>$FINGERPRINT=name</c> stays one word.
/// </remarks>
internal sealed class ControlArguments
{
    private readonly Dictionary<string, string> _keywords = new(StringComparer.Ordinal);

    private ControlArguments()
    {
    }

    /// <summary>The words that are no pairs, in their order.</summary>
    public ImmutableArray<string> Words { get; private set; } = [];

    /// <summary>The value of a keyword, the first one where it is repeated; null where it is missing.</summary>
    public string? this[string keyword] => _keywords.GetValueOrDefault(keyword);

    /// <summary>Reads a line.</summary>
    /// <returns>False where a quoted string is malformed or something follows it without a space.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ControlArguments? arguments)
    {
        arguments = null;
        var parsed = new ControlArguments();
        var words = ImmutableArray.CreateBuilder<string>();
        while (true)
        {
            text = text.TrimStart(' ');
            if (text.IsEmpty)
            {
                parsed.Words = words.DrainToImmutable();
                arguments = parsed;
                return true;
            }

            int keywordLength = KeywordLength(text);
            ReadOnlySpan<char> keyword = text[..keywordLength];
            if (keywordLength > 0)
            {
                text = text[(keywordLength + 1)..];
            }

            string? value;
            if (text.StartsWith('"'))
            {
                value = ControlText.Unquote(ref text);
                if (value is null || (!text.IsEmpty && text[0] != ' '))
                {
                    return false;
                }
            }
            else
            {
                int end = text.IndexOf(' ');
                value = (end < 0 ? text : text[..end]).ToString();
                text = end < 0 ? default : text[end..];
            }

            if (keywordLength > 0)
            {
                parsed._keywords.TryAdd(keyword.ToString(), value);
            }
            else
            {
                words.Add(value);
            }
        }
    }

    private static int KeywordLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetterUpper(text[length]) || char.IsAsciiDigit(text[length]) || text[length] == '_'))
        {
            length++;
        }

        return length < text.Length && text[length] == '=' ? length : 0;
    }
}
