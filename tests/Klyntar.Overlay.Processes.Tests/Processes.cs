using System.Diagnostics;

namespace Klyntar.Overlay.Processes.Tests;

/// <summary>Other processes, by their id.</summary>
internal static class Processes
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

    /// <summary>The processes that were started with a variable, from Linux's /proc.</summary>
    public static IReadOnlyList<int> WithEnvironment(string variable)
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id))
            {
                continue;
            }

            try
            {
                if (File.ReadAllText($"{folder}/environ").Split('\0').Contains(variable))
                {
                    found.Add(id);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Gone meanwhile, or another user's.
            }
        }

        return found;
    }

    public static void Kill(int id) => Posix.Signal(id, Posix.SigKill);

    /// <summary>Waits until a process that is not our child is gone; fails after 10 s.</summary>
    public static async Task GoneAsync(int id)
    {
        long started = Stopwatch.GetTimestamp();
        while (IsAlive(id))
        {
            Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(10), "process {0} should have ended", id);
            await Task.Yield();
            Thread.Sleep(5);
        }
    }
}
