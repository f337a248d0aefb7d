namespace Klyntar.Overlay.Bench;

/// <summary>What a metric may be at most.</summary>
/// <param name="Most">The limit.</param>
/// <param name="OfRatio">Whether it is of the ratio to the baseline, paired within each round, or of the figure itself.</param>
internal readonly record struct Limit(double Most, bool OfRatio)
{
    /// <summary>The limits of the portable engine.</summary>
    public static Limit? Of(string metric) => metric switch
    {
        _ when metric.EndsWith(".cpu-s/GB", StringComparison.Ordinal) => new Limit(1.0, OfRatio: true),
        "conn.cpu-us" => new Limit(1.8, OfRatio: true),
        "idle.KB" => new Limit(12, OfRatio: false),
        _ => null,
    };
}
