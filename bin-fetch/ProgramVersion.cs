namespace Klyntar.Overlay.BinFetch;

/// <summary>What a program says when it is asked for its version.</summary>
/// <param name="Line">Its words, or null where there is nothing to ask with.</param>
/// <param name="Fault">What is wrong with it, or null where it works.</param>
internal sealed record ProgramVersion(string? Line, string? Fault)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Runs the program for its version.</summary>
    public static async ValueTask<ProgramVersion> AskAsync(HelperProgram program, KnownProgram known, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (known.VersionArguments.Length == 0)
        {
            return new ProgramVersion(null, null);
        }

        CommandResult run = await new Command(known.Name, program, known.VersionArguments) { Limit = Limit, Clock = clock }.RunAsync(cancellationToken).ConfigureAwait(false);

        // A file of zeros passes for an empty shell script, which succeeds: the program must say its name and version.
        string? line = run.Lines.FirstOrDefault(line => line.Contains(known.File, StringComparison.OrdinalIgnoreCase) && line.Any(char.IsAsciiDigit));
        return new ProgramVersion(line, !run.Succeeded ? run.Why.TrimEnd('.') : line is null ? "it does not tell its version" : null);
    }
}
