using System.Runtime.InteropServices;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Signals that .NET does not send.</summary>
internal static partial class Signals
{
    /// <summary>Asks a process to end (SIGTERM), as a service manager does.</summary>
    public static void Terminate(int processId) => Kill(processId, 15).Should().Be(0);

    /// <summary>Stops a process without ending it (SIGSTOP, as Linux numbers it): it hangs.</summary>
    public static void Suspend(int processId) => Kill(processId, 19).Should().Be(0);

    /// <summary>Has a process go on that was stopped (SIGCONT, as Linux numbers it).</summary>
    public static void Resume(int processId) => Kill(processId, 18).Should().Be(0);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
