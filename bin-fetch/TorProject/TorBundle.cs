namespace Klyntar.Overlay.BinFetch;

/// <summary>A bundle that was obtained.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Tor">What its tor says of its own.</param>
/// <param name="Obtained">When it was obtained.</param>
/// <param name="IsSelected">Whether it is the one that is used.</param>
/// <param name="IsPrevious">Whether a roll-back would make it so.</param>
public sealed record TorBundle(string Version, string Tor, DateTimeOffset Obtained, bool IsSelected, bool IsPrevious);
