using System.Diagnostics;

namespace Klyntar.Overlay.Processes;

/// <summary>How a helper process is tied to this one, so that it cannot outlive it, not even after <c>kill -9</c>.</summary>
internal abstract class Tether
{
    private static readonly Lazy<Task<Tether>> Detected = new(DetectAsync);

    /// <summary>Whether the process is the leader of a session and process group of its own: signals of our terminal do not reach it, and its children can be killed with it.</summary>
    public abstract bool LeadsItsGroup { get; }

    /// <summary>The best one that this machine has.</summary>
    public static Task<Tether> BestAsync() => Detected.Value;

    /// <summary>Writes the command line. Every word of it replaces itself by the next (<c>exec</c>), so the process id that results is the program's own.</summary>
    public abstract void Command(ProcessStartInfo info, HelperProcessOptions options);

    /// <summary>Feeds the program's standard input, right after the start.</summary>
    public abstract Task FeedAsync(Process process, HelperProcessOptions options);

    /// <summary>Unties what is left once the process has ended.</summary>
    public abstract Task ReleaseAsync(Process process);

    private static async Task<Tether> DetectAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new OverlayException("Helper processes cannot be started on Windows yet: nothing would end them with the gateway. Run the gateway on Linux or macOS, or configure a tor that is already running.");
        }

        return (Tether?)await ParentDeathSignal.DetectAsync().ConfigureAwait(false) ?? new Leash();
    }
}
