namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What became of an own site that was to be published.</summary>
/// <param name="Modified">When what it says was signed, in seconds since 1970; 0 where it was refused.</param>
/// <param name="IsChanged">Whether it was signed now: peers are to be told.</param>
/// <param name="Refusal">Why not, as a sentence with what to do; null where it is published.</param>
internal sealed record SitePublication(long Modified, bool IsChanged, string? Refusal);
