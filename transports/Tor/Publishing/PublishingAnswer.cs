namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What tor says to a service.</summary>
/// <param name="Reply">Its reply.</param>
/// <param name="ServiceId">The address, without <c>.onion</c>, under which it has taken the service, or null.</param>
internal sealed record PublishingAnswer(ControlMessage Reply, string? ServiceId);
