namespace Klyntar.Overlay.AspNetCore;

/// <summary>What a listener knows about a visitor.</summary>
internal sealed record OverlayVisitorFeature(string Service, OverlayEndPoint EndPoint, string? VisitorIdentity) : IOverlayVisitorFeature;
