using System.Diagnostics;

namespace Klyntar.Overlay.Processes.Tests;

/// <summary>Other processes, by their id.</summary>
internal static class Processes
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

    /// <summary>Ends a process as kill -9 does.</summary>
    public static void Kill(int id) => Posix.Signal(id, Posix.SigKill);

    /// <summary>Waits until a process is gone, which nobody tells whose child it is not.</summary>
    public static void AwaitGone(int id) => AwaitNone(() => IsAlive(id) ? [id] : []);

    /// <summary>Waits until there are none of some processes; fails after 10 s.</summary>
    public static void AwaitNone(Func<IReadOnlyList<int>> processes) =>
        SpinWait.SpinUntil(() => processes().Count == 0, TimeSpan.FromSeconds(10)).Should().BeTrue("these should have ended: {0}", string.Join(", ", processes()));
}
