namespace Klyntar.Overlay.BinFetch;

/// <summary>What a good signature says.</summary>
/// <param name="Key">The key or subkey that made it.</param>
/// <param name="At">Its date.</param>
internal sealed record SignedBy(KeyFingerprint Key, DateTimeOffset At);
