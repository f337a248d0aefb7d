namespace Klyntar.Overlay.Processes;

/// <summary>Why a run ended.</summary>
/// <param name="Why">The cause, as a sentence.</param>
/// <param name="NextRunIn">How long until the next run.</param>
/// <param name="Failures">How many runs failed in a row; 0 where this one lasted, or worked.</param>
public sealed record HelperInterruption(string Why, TimeSpan NextRunIn, int Failures)
{
    /// <summary>The exception that ended the run, or null where the process or its session just ended.</summary>
    public Exception? Cause { get; init; }
}
