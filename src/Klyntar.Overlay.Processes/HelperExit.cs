namespace Klyntar.Overlay.Processes;

/// <summary>How a helper process ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal's number where a signal ended it.</param>
/// <param name="WasStopped">Whether it was asked to end.</param>
public sealed record HelperExit(int ExitCode, bool WasStopped)
{
    /// <summary>How it ended, as the end of a sentence: "ended with exit code 1", "was ended by SIGKILL".</summary>
    public override string ToString() => ExitCode > 128
        ? $"was ended by {Posix.NameOf(ExitCode - 128)}"
        : $"ended with exit code {ExitCode}";
}
