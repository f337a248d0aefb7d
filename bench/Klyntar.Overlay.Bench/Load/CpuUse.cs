namespace Klyntar.Overlay.Bench;

/// <summary>Who used the processor over some time.</summary>
/// <param name="WaySeconds">What the proxy used.</param>
/// <param name="LoadSeconds">What this process used: client and target.</param>
/// <param name="Seconds">How long that was.</param>
internal readonly record struct CpuUse(double WaySeconds, double LoadSeconds, double Seconds)
{
    /// <summary>How many cores the proxy kept busy.</summary>
    public double WayCores => WaySeconds / Seconds;

    /// <summary>The share of the whole machine that client and target took.</summary>
    public double LoadShare => LoadSeconds / Seconds / Environment.ProcessorCount;
}
