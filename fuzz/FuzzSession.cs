using System.Globalization;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Runs targets one after another, and tells a person what came of it.</summary>
/// <param name="root">The repository's folder.</param>
/// <param name="output">Where it tells.</param>
internal sealed class FuzzSession(string root, TextWriter output)
{
    private string CorpusFolder(IFuzzTarget target) => Path.Join(root, "fuzz", "corpus", target.Name);

    /// <summary>Fuzzes.</summary>
    /// <returns>The exit code: 0 where nothing failed.</returns>
    public int Run(IReadOnlyList<IFuzzTarget> targets, TimeSpan time, long inputs, int seed, bool save)
    {
        int failed = 0;
        foreach (IFuzzTarget target in targets)
        {
            byte[][] seeds = [.. ReadCorpus(CorpusFolder(target))];
            Fuzzer fuzzer = new(target, seeds, seed, TimeProvider.System);
            FuzzResult result = fuzzer.Run(time, inputs);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{target.Name}: {result.Executions} inputs in {result.Time.TotalSeconds:F0} s, {result.Edges} edges, {seeds.Length} inputs in the corpus and {result.Found.Count} new ones, seed {seed}"));
            if (result.Failure is { } failure)
            {
                failed++;
                Report(target, failure);
                if (failure.IsHang)
                {
                    // The input's thread cannot be stopped, and would disturb the next target.
                    return 1;
                }
            }
            else if (result.Edges == 0)
            {
                output.WriteLine("FAILED: the assemblies are not instrumented. Start this by ./fuzz/run.");
                return 1;
            }

            if (save)
            {
                Save(target, result.Found);
            }
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Runs one input in each target; an exception comes through, for a debugger.</summary>
    public int Replay(string file, IReadOnlyList<IFuzzTarget> targets)
    {
        // Instrumented code needs a map to write to.
        _ = new Coverage();
        byte[] input = File.ReadAllBytes(file);
        foreach (IFuzzTarget target in targets)
        {
            target.Run(input);
            output.WriteLine($"{target.Name}: the input of {input.Length} bytes does not fail");
        }

        return 0;
    }

    /// <summary>The inputs of a corpus folder, in the order of their names.</summary>
    public static IEnumerable<byte[]> ReadCorpus(string folder) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];

    private void Report(IFuzzTarget target, FuzzFailure failure)
    {
        string folder = Path.Join(root, "artifacts", "fuzz", "failures");
        string file = Path.Join(folder, $"{target.Name}-{Hash(failure.Input)}");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(file, failure.Input);
        output.WriteLine($"FAILED: {target.Name}: {failure.What}");
        output.WriteLine($"  The input has {failure.Input.Length} bytes. Run it again by:");
        output.WriteLine($"  ./fuzz/run --replay {Path.GetRelativePath(root, file)} {target.Name}");
    }

    private void Save(IFuzzTarget target, IReadOnlyList<byte[]> found)
    {
        Directory.CreateDirectory(CorpusFolder(target));
        foreach (byte[] input in found)
        {
            File.WriteAllBytes(Path.Join(CorpusFolder(target), Hash(input)), input);
        }
    }

    private static string Hash(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 8));
}
