using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A line of i2pd's log: <c>07:38:51@884/warn - Addressbook: text</c>, the level in colours.</summary>
/// <param name="Level">Our level for it.</param>
/// <param name="Text">What it says, fit for our log.</param>
internal readonly partial record struct I2pdLogLine(LogLevel Level, string Text)
{
    /// <summary>Reads a line; one that i2pd's log did not make (a library's message, say) counts as a notice.</summary>
    public static I2pdLogLine Parse(string line)
    {
        Match match = Shape().Match(line);
        return match.Success
            ? new I2pdLogLine(LevelOf(match.Groups["level"].ValueSpan), LogText.Redact(match.Groups["text"].Value))
            : new I2pdLogLine(LogLevel.Debug, LogText.Redact(line));
    }

    // What i2pd calls an error is, for the most part, what becomes of other people's routers, and nothing that its operator need act upon.
    private static LogLevel LevelOf(ReadOnlySpan<char> level) => level switch
    {
        "critical" => LogLevel.Error,
        "error" or "warn" or "none" => LogLevel.Debug,
        _ => LogLevel.Trace,
    };

    // A control character comes as U+FFFD.
    [GeneratedRegex(@"^[0-9:]{8}@[0-9]{1,20}/(?:\W?\[[0-9;]{1,8}m)?(?<level>[a-z]{1,10})(?:\W?\[[0-9;]{1,8}m)? - (?<text>.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Shape();
}
