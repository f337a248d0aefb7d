namespace Klyntar.Overlay.BinFetch;

/// <summary>What a command did.</summary>
/// <param name="ExitCode">Its exit code; -1 where it ran out of time.</param>
/// <param name="Lines">Its output.</param>
/// <param name="Fault">Why it was ended, or null.</param>
internal sealed record CommandResult(int ExitCode, IReadOnlyList<string> Lines, string? Fault)
{
    private const int LinesShown = 2;

    public bool Succeeded => ExitCode == 0;

    /// <summary>Apt's errors, else its warnings, which come with success too; or null.</summary>
    public string? Complaint => Marked("E: ") ?? Marked("W: ");

    /// <summary>What went wrong: its complaint, else its last line.</summary>
    public string Why => Fault ?? Complaint ?? Lines.LastOrDefault(line => line.Length > 0) ?? $"it ended with exit code {ExitCode}";

    private string? Marked(string mark)
    {
        string[] lines = [.. Lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..].Trim()).Take(LinesShown)];
        return lines.Length == 0 ? null : string.Join(" | ", lines);
    }
}
