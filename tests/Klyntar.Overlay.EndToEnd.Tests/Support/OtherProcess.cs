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

    /// <summary>The processes whose environment names a folder below a given one.</summary>
    public static IReadOnlyList<int> WithVariable(string name, string folder) => With("environ", v => v.StartsWith($"{name}={folder}/", StringComparison.Ordinal));

    /// <summary>The one process that was started with a given argument.</summary>
    public static int WithArgument(string argument) => With("cmdline", a => a == argument).Single();

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

    private static List<int> With(string file, Func<string, bool> isMeant)
    {
        var found = new List<int>();
        foreach (Process process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    if (File.ReadAllText($"/proc/{process.Id}/{file}").Split('\0').Any(isMeant))
                    {
                        found.Add(process.Id);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Somebody else's, or it has ended.
                }
            }
        }

        return found;
    }
}
