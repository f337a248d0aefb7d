namespace Klyntar.Overlay.Processes;

/// <summary>How one run under a supervisor ended.</summary>
/// <param name="Why">The cause, as a sentence.</param>
/// <param name="Cause">The exception behind it, or null.</param>
internal sealed record RunEnd(string Why, Exception? Cause)
{
    private const int LinesShown = 3;

    public static RunEnd Because(Exception cause) =>
        new(cause is OverlayException ? cause.Message : $"{cause.GetType().Name}: {cause.Message}", cause);

    /// <summary>The end of a process, where it ended by itself, before that of its session, which is then only a consequence.</summary>
    public static async ValueTask<RunEnd> OfAsync(HelperProcess process, Exception? sessionFailure)
    {
        HelperExit exit;
        try
        {
            exit = await process.Exited.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The output's listener failed: a fault of the session like any other.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Because(error);
        }

        if (!exit.WasStopped)
        {
            string lines = string.Join(" | ", process.RecentOutput.TakeLast(LinesShown));
            return new RunEnd($"{process.Name} {exit}{(lines.Length > 0 ? $"; its last output: {lines}" : ", without a word")}.", sessionFailure);
        }

        return sessionFailure is null
            ? new RunEnd($"The session with {process.Name} ended.", null)
            : Because(sessionFailure);
    }
}
