namespace Klyntar.Overlay.Processes;

/// <summary>How a helper process ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal's number where a signal ended it.</param>
/// <param name="WasStopped">Whether it ended because it was asked to.</param>
public sealed record HelperExit(int ExitCode, bool WasStopped)
{
    private const int LastSignal = 64;

    // 0 where no signal ended it.
    private int Signal => ExitCode is > 128 and <= 128 + LastSignal ? ExitCode - 128 : 0;

    /// <summary>How it ended, as the end of a sentence: "ended with exit code 1", "was ended by SIGKILL".</summary>
    public override string ToString() => Signal > 0 ? $"was ended by {Posix.NameOf(Signal)}" : $"ended with exit code {ExitCode}";

    /// <summary>Judges an end: a process may have died of something else in the moment before it was asked.</summary>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="sent">The last signal that was sent, or 0.</param>
    internal static HelperExit Of(int exitCode, int sent)
    {
        HelperExit exit = new(exitCode, sent != 0);
        bool diedOfAnother = exit.Signal is not 0 and not Posix.SigTerm && exit.Signal != sent;
        return diedOfAnother ? exit with { WasStopped = false } : exit;
    }
}
