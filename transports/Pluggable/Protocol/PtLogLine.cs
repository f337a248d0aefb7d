using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A program's message for its operator: <c>LOG SEVERITY=… MESSAGE=…</c> (pt-spec, section 3.3.4), where a value with spaces is a quoted C string.</summary>
/// <param name="Level">How it is logged here: what a program calls an error may be one dial's.</param>
/// <param name="Text">The message, not redacted.</param>
internal sealed record PtLogLine(LogLevel Level, string Text)
{
    /// <summary>The keyword that such a line begins with.</summary>
    public const string Keyword = "LOG";

    /// <summary>Reads what follows the keyword. Total.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, [NotNullWhen(true)] out PtLogLine? line)
    {
        line = null;
        string? severity = null;
        string? message = null;
        while (!(text = text.TrimStart(' ')).IsEmpty)
        {
            int equals = text.IndexOf('=');
            if (equals <= 0)
            {
                return false;
            }

            ReadOnlySpan<char> key = text[..equals];
            if (TakeValue(text[(equals + 1)..], out text) is not { } value)
            {
                return false;
            }

            severity = key is "SEVERITY" ? value : severity;
            message = key is "MESSAGE" ? value : message;
        }

        if (message is null)
        {
            return false;
        }

        line = new PtLogLine(severity is "error" or "warning" ? LogLevel.Information : LogLevel.Debug, message);
        return true;
    }

    private static string? TakeValue(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (text is not ['"', ..])
        {
            int space = text.IndexOf(' ');
            rest = space < 0 ? default : text[space..];
            return (space < 0 ? text : text[..space]).ToString();
        }

        var value = new StringBuilder();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                rest = text[(i + 1)..];
                return value.ToString();
            }

            // Escapes that mean control characters would be taken out of a log anyhow.
            value.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return null;
    }
}
