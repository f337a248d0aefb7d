namespace Klyntar.Overlay.BinFetch;

/// <summary>What a command did.</summary>
/// <param name="ExitCode">Its exit code; -1 where it ran out of time.</param>
/// <param name="Lines">Its output.</param>
/// <param name="Fault">Why it was ended, or null.</param>
internal sealed record CommandResult(int ExitCode, IReadOnlyList<string> Lines, string? Fault)
{
    private const int LinesShown = 2;

    public bool Succeeded => ExitCode == 0;

    /// <summary>What it says went wrong: apt's errors, else its warnings, else its last line.</summary>
    public string Why
    {
        get
        {
            if (Fault is not null)
            {
                return Fault;
            }

            string[] said = Marked("E: ") is { Length: > 0 } errors ? errors
                : Marked("W: ") is { Length: > 0 } warnings ? warnings
                : [.. Lines.Where(line => line.Length > 0).TakeLast(1)];
            return said.Length == 0 ? $"it ended with exit code {ExitCode}" : string.Join(" | ", said.Take(LinesShown));
        }
    }

    private string[] Marked(string mark) =>
        [.. Lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..])];
}
