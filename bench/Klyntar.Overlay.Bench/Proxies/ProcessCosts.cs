using System.Globalization;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Bench;

/// <summary>What a process has used.</summary>
internal static partial class ProcessCosts
{
    // The unit of times in /proc/PID/stat: fixed for user space on Linux (proc(5), sysconf(_SC_CLK_TCK)).
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat after the second, which is a name in brackets and may hold anything (proc(5)).
    private const int Parent = 1;
    private const int ChildrenUserTime = 13;
    private const int ChildrenSystemTime = 14;

    /// <summary>The processor time that a process has used so far, of all its threads, in seconds.</summary>
    public static double CpuSeconds(int process)
    {
        // A process's clock counts nanoseconds, and of threads that have ended, too (clock_getcpuclockid(3), which makes this of the id).
        const int Scheduled = 2;
        return ClockGetTime((~process << 3) | Scheduled, out TimeSpec time) == 0
            ? time.Seconds + (time.Nanoseconds / 1e9)
            : throw new InvalidOperationException($"Process {process} has no clock: it has ended.");
    }

    /// <summary>Likewise with all processes that descend from it, and those that have ended.</summary>
    public static double TreeCpuSeconds(int process)
    {
        double seconds = 0;
        foreach (int member in Tree(process))
        {
            if (Stat(member) is { } fields && ClockGetTime((~member << 3) | 2, out TimeSpec time) == 0)
            {
                seconds += time.Seconds + (time.Nanoseconds / 1e9) + ((Number(fields[ChildrenUserTime]) + Number(fields[ChildrenSystemTime])) / TicksPerSecond);
            }
        }

        return seconds;
    }

    /// <summary>The proportional set size: a process's own pages, and its share of those it shares.</summary>
    public static long ProportionalBytes(int process)
    {
        foreach (string line in File.ReadLines($"/proc/{process}/smaps_rollup"))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                return Number(line.AsSpan("Pss:".Length).Trim(" kB")) * 1024;
            }
        }

        throw new InvalidOperationException("The kernel tells no proportional set size.");
    }

    /// <summary>A process and all that descend from it.</summary>
    public static IReadOnlyList<int> Tree(int process)
    {
        Dictionary<int, int> parents = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) && Stat(id) is { } fields)
            {
                parents[id] = (int)Number(fields[Parent]);
            }
        }

        List<int> tree = [process];
        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(pair => pair.Value == tree[i]).Select(pair => pair.Key));
        }

        return tree;
    }

    // Null where it has ended meanwhile.
    private static string[]? Stat(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    // struct timespec where a long has 64 bits.
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
