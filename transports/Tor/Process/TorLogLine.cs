using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A line of tor's log: <c>Oct 07 12:34:56.000 [notice] text</c>.</summary>
/// <param name="Level">Our level for it.</param>
/// <param name="Text">What it says, fit for our log.</param>
internal readonly record struct TorLogLine(LogLevel Level, string Text)
{
    // What tor warns of and a gateway's operator need not act upon.
    private static readonly string[] Harmless =
    [
        "You are running Tor as root.",
        "Tor was compiled with zstd",
        "TestingTorNetwork is set.",
        "The configuration option 'Testing",
        "You have used DirAuthority or AlternateDirAuthority",
        "Tor can't help you if you use it wrong!",
        "No available nodes when trying to choose node.",
        "ControlPort is open, but no authentication method",
    ];

    /// <summary>Reads a line; one that tor's log did not make (a library's message, say) counts as a notice.</summary>
    public static TorLogLine Parse(string line)
    {
        int open = line.IndexOf(" [", StringComparison.Ordinal);
        int close = open < 0 ? -1 : line.IndexOf("] ", open, StringComparison.Ordinal);
        if (close < 0 || close - open > 10)
        {
            return new TorLogLine(LogLevel.Debug, LogText.Redact(line));
        }

        string text = line[(close + 2)..];
        LogLevel level = line.AsSpan(open + 2, close - open - 2) switch
        {
            "err" => LogLevel.Error,
            "warn" => Array.Exists(Harmless, h => text.StartsWith(h, StringComparison.Ordinal)) ? LogLevel.Debug : LogLevel.Warning,
            "notice" => LogLevel.Debug,
            _ => LogLevel.Trace,
        };
        return new TorLogLine(level, LogText.Redact(text));
    }
}
