namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>One line of a dialogue, or the end of one side.</summary>
/// <param name="Number">Its line in the file.</param>
/// <param name="IsTor">Whether tor says it; else its client.</param>
/// <param name="Text">The line without its CRLF; null where that side ends the connection.</param>
internal sealed record DialogueStep(int Number, bool IsTor, string? Text)
{
    private const string TorPrefix = "< ";
    private const string ClientPrefix = "> ";
    private const string TorEnds = "tor ends";
    private const string ClientEnds = "client ends";

    /// <summary>Whether it is a line of an event.</summary>
    public bool IsEvent => IsTor && Text?.StartsWith('6') == true;

    public static DialogueStep Parse(string line, int number) => line switch
    {
        TorEnds => new DialogueStep(number, true, null),
        ClientEnds => new DialogueStep(number, false, null),
        _ when line.StartsWith(TorPrefix, StringComparison.Ordinal) => new DialogueStep(number, true, line[TorPrefix.Length..]),
        _ when line.StartsWith(ClientPrefix, StringComparison.Ordinal) => new DialogueStep(number, false, line[ClientPrefix.Length..]),
        _ => throw new FormatException($"Line {number} is no line of a dialogue: it starts with neither \"{ClientPrefix}\" nor \"{TorPrefix}\"."),
    };

    public override string ToString() => (Text, IsTor) switch
    {
        (null, true) => TorEnds,
        (null, false) => ClientEnds,
        (_, true) => TorPrefix + Text,
        _ => ClientPrefix + Text,
    };
}
