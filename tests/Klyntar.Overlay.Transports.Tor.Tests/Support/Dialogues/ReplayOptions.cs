namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>How a dialogue is played back.</summary>
internal sealed record ReplayOptions
{
    /// <summary>How many bytes at a time tor sends.</summary>
    public int PieceLength { get; init; } = int.MaxValue;

    /// <summary>After how many bytes tor breaks off.</summary>
    public int BreaksOffAfter { get; init; } = int.MaxValue;

    /// <summary>The line in the midst of which tor falls silent, and lets the connection be.</summary>
    public int? SilentFrom { get; init; }
}
