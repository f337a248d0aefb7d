using System.Diagnostics;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Processes that are not this one's children.</summary>
internal static class OtherProcess
{
    public static bool IsAlive(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Ends a process as a crash would.</summary>
    public static void Kill(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
    }

    /// <summary>Waits until a process has ended.</summary>
    public static async Task EndOfAsync(int id, CancellationToken cancellationToken)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }
}
