namespace Klyntar.Overlay.Bench;

/// <summary>The middle and the tail of durations, in milliseconds.</summary>
internal readonly record struct Latency(double P50, double P99)
{
    public static Latency Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new Latency(sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
    }
}
