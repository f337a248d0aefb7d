namespace Klyntar.Overlay.Bench;

/// <summary>The names of what is measured.</summary>
internal static class Metric
{
    /// <summary>The end of a metric that says how many cores a proxy kept busy.</summary>
    public const string Cores = ".proxy-cores";

    /// <summary>The end of one that says which share of the machine client and target took.</summary>
    public const string Share = ".load-share";

    /// <summary>The end of one that says what a GB costs.</summary>
    public const string CpuPerGigabyte = ".cpu-s/GB";

    /// <summary>The end of one that says how fast bytes went.</summary>
    public const string GigabytesPerSecond = ".GB/s";

    /// <summary>The end of one that says how many there were in a second.</summary>
    public const string PerSecond = ".per-s";

    /// <summary>Whether it is about the load, and so for the CSV alone.</summary>
    public static bool IsDetail(string metric) => metric.EndsWith(Cores, StringComparison.Ordinal) || metric.EndsWith(Share, StringComparison.Ordinal);

    /// <summary>Whether it is what the plot is for: what things cost, and how long they take.</summary>
    public static bool IsMain(string metric) =>
        !IsDetail(metric) && !metric.EndsWith(GigabytesPerSecond, StringComparison.Ordinal) && !metric.EndsWith(PerSecond, StringComparison.Ordinal);
}
