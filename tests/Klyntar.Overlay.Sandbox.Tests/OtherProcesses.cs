using System.Diagnostics;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Other processes, by their id.</summary>
internal static class OtherProcesses
{
    /// <summary>Whether it exists and has not ended.</summary>
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

    /// <summary>Waits until it has ended.</summary>
    public static async Task EndAsync(int id, CancellationToken cancellationToken)
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

    /// <summary>Whoever has a path in that folder on its command line, on Linux.</summary>
    public static IEnumerable<int> In(string folder)
    {
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            string commandLine;
            try
            {
                commandLine = File.ReadAllText($"{path}/cmdline");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (commandLine.Contains(folder, StringComparison.Ordinal) && int.TryParse(Path.GetFileName(path), out int id))
            {
                yield return id;
            }
        }
    }
}
