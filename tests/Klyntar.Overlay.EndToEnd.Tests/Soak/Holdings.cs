using System.Diagnostics;
using System.Globalization;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What this process holds, and what gateways have in their folders.</summary>
/// <param name="Sockets">Descriptors of sockets.</param>
/// <param name="Pipes">Descriptors of pipes.</param>
/// <param name="Others">All other descriptors, without those of programs.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Children">Child processes.</param>
/// <param name="Zombies">Those of them that have ended and were not taken note of.</param>
/// <param name="HeapBytes">What a full collection leaves.</param>
/// <param name="Files">The files in the folders, without those that are tor's own.</param>
internal sealed record Holdings(int Sockets, int Pipes, IReadOnlyList<string> Others, int Threads, int Children, int Zombies, long HeapBytes, IReadOnlySet<string> Files)
{
    // The engine keeps up to 16 of the kernel's pipes, of two descriptors each, for large copies to come.
    private const int MostPipesKept = 32;

    // The pool's threads come and go with the load.
    private const int MostPoolThreads = 8;

    // Caches that fill: of dialled names, of what was compiled, of buffers.
    private const long MostHeapGrowth = 4_000_000;

    public static Holdings Take(string folder)
    {
        string[] links = [.. Links()];
        int sockets = links.Count(l => l.StartsWith("socket:", StringComparison.Ordinal));
        int pipes = links.Count(l => l.StartsWith("pipe:", StringComparison.Ordinal));
        string[] states = [.. ChildStates()];
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        using var self = Process.GetCurrentProcess();
        return new Holdings(
            sockets, pipes, [.. links.Where(l => !l.StartsWith("socket:", StringComparison.Ordinal) && !l.StartsWith("pipe:", StringComparison.Ordinal))], self.Threads.Count, states.Length, states.Count(s => s == "Z"),
            GC.GetTotalMemory(forceFullCollection: true), FilesOf(folder));
    }

    /// <summary>The files of both gateways, without those that are tor's own.</summary>
    public static IReadOnlySet<string> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f))
        .Where(f => !f.Contains("/tor/data/", StringComparison.Ordinal))
        .ToHashSet();

    /// <summary>What there is more than there was, as sentences.</summary>
    public IEnumerable<string> BeyondThatOf(Holdings before)
    {
        return new[]
        {
            Grown("descriptors of sockets", Sockets, before.Sockets, 0),
            Grown("descriptors of pipes", Pipes, before.Pipes, MostPipesKept),
            Others.Count > before.Others.Count ? $"other descriptors: {string.Join(", ", Others)}, and before: {string.Join(", ", before.Others)}" : null,
            Grown("threads", Threads, before.Threads, MostPoolThreads),
            Grown("child processes", Children, before.Children, 0),
            Grown("zombies", Zombies, 0, 0),
            Grown("bytes in the heap", HeapBytes, before.HeapBytes, MostHeapGrowth),
            Files.Except(before.Files).ToArray() is { Length: > 0 } more ? $"files left: {string.Join(", ", more)}" : null,
            before.Files.Except(Files).ToArray() is { Length: > 0 } fewer ? $"files lost: {string.Join(", ", fewer)}" : null,
        }.OfType<string>();

        static string? Grown(string what, long now, long then, long tolerated) =>
            now > then + tolerated ? string.Create(CultureInfo.InvariantCulture, $"{now} {what}, and {then} before (tolerated: {tolerated} more)") : null;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Sockets} sockets, {Pipes} pipes, {Others.Count} other descriptors, {Threads} threads, {Children} children, {Zombies} zombies, {HeapBytes / 1e6:0.0} MB heap, {Files.Count} files");

    private static IEnumerable<string> Links()
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // Programs, and their symbols for the first exception, are opened when they are needed; the descriptor by which this folder is read is gone by then.
            if (File.ResolveLinkTarget(entry, returnFinalTarget: false)?.Name is { } name && name != "fd" && Path.GetExtension(name) is not (".dll" or ".pdb"))
            {
                yield return name;
            }
        }
    }

    private static IEnumerable<string> ChildStates()
    {
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)))
        {
            string text;
            try
            {
                text = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue;
            }

            // proc(5): pid (comm) state ppid …, and comm may hold anything.
            string[] words = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            if (words[1] == self)
            {
                yield return words[0];
            }
        }
    }
}
