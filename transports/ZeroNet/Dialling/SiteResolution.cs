namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What was found of a site.</summary>
/// <param name="Record">Its end points, which count still; null where there are none.</param>
/// <param name="Error">Why there are none.</param>
internal sealed record SiteResolution(SiteRecord? Record, DialError? Error);
