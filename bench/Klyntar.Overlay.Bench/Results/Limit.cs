namespace Klyntar.Overlay.Bench;

/// <summary>What a metric may be.</summary>
/// <param name="Bound">The most that is allowed, or the least.</param>
/// <param name="Of">What it bounds.</param>
/// <param name="IsLeast">Whether more is better.</param>
internal readonly record struct Limit(double Bound, LimitOf Of, bool IsLeast = false)
{
    /// <summary>The limits of the portable engine, and those of the way through tor.</summary>
    public static Limit? For(string metric) => metric switch
    {
        _ when metric.EndsWith(".cpu-s/GB", StringComparison.Ordinal) => new Limit(1.0, LimitOf.Ratio),
        "conn.cpu-us" => new Limit(1.8, LimitOf.Ratio),
        "idle.KB" => new Limit(12, LimitOf.Figure),
        "sandbox.page-s" => new Limit(1.3, LimitOf.Ratio),
        "tor-down.MB/s" or "tor-up.MB/s" => new Limit(0.95, LimitOf.Ratio, IsLeast: true),
        "tor-first-byte.ms" => new Limit(1.5, LimitOf.Difference),
        _ => null,
    };

    public bool IsKept(double value) => IsLeast ? value >= Bound : value <= Bound;

    public override string ToString() => $"{(IsLeast ? '≥' : '≤')} {Of switch { LimitOf.Ratio => $"{Bound} ×", LimitOf.Difference => $"+{Bound}", _ => $"{Bound}" }}";
}

/// <summary>What a limit bounds. Ratio and difference are paired within each round.</summary>
internal enum LimitOf
{
    /// <summary>The figure itself.</summary>
    Figure,

    /// <summary>The figure as a multiple of the baseline's.</summary>
    Ratio,

    /// <summary>How much the figure is above the baseline's.</summary>
    Difference,
}
