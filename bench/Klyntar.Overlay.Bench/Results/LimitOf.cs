namespace Klyntar.Overlay.Bench;

/// <summary>What a limit bounds. Ratio and difference are paired within each round.</summary>
internal enum LimitOf
{
    /// <summary>The figure itself.</summary>
    Figure,

    /// <summary>The figure as a multiple of the peer's.</summary>
    Ratio,

    /// <summary>How much the figure is above the peer's.</summary>
    Difference,
}
