using System.Runtime.CompilerServices;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Checks what a codec promises.</summary>
internal static class Promise
{
    public static void Holds(bool condition, [CallerArgumentExpression(nameof(condition))] string promise = "")
    {
        if (!condition)
        {
            throw new PromiseBrokenException($"The promise does not hold: {promise}");
        }
    }

    /// <summary>The outcome is the same for each way in which the input can arrive.</summary>
    public static void IsSplitIndependent<T>(ReadOnlySpan<byte> input, Func<byte[], IEnumerable<int>, T> run, [CallerArgumentExpression(nameof(run))] string what = "")
        where T : IEquatable<T>
    {
        byte[] bytes = input.ToArray();
        T whole = run(bytes, Splits.Whole(bytes));
        foreach (IEnumerable<int> split in new[] { Splits.Single(bytes), Splits.Odd(bytes) })
        {
            T parts = run(bytes, split);
            if (!parts.Equals(whole))
            {
                throw new PromiseBrokenException($"The outcome depends on the split of the input ({what}).\n  at once: {whole}\n  parts of {string.Join(" ", split.Take(64))}: {parts}");
            }
        }
    }
}

/// <summary>A codec broke a promise.</summary>
internal sealed class PromiseBrokenException(string message) : Exception(message);
