namespace Klyntar.Overlay.Bench;

/// <summary>The middle and the tail of durations, in milliseconds.</summary>
internal readonly record struct Latency(double P50, double P95, double P99)
{
    public static Latency Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new Latency(At(50), At(95), At(99));

        double At(int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
    }
}
