namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Caps on what a SAM bridge sends.</summary>
internal sealed record SamLimits
{
    /// <summary>The caps that are used.</summary>
    public static SamLimits Default { get; } = new();

    /// <summary>The longest line, in bytes: two destinations of the largest size, and words.</summary>
    public int LineLength { get; init; } = 16 * 1024;

    /// <summary>The most values in a line; no answer has more than five.</summary>
    public int Values { get; init; } = 16;
}
