namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>The configuration section <c>transports.loopback</c>. Its presence enables the transport; there is nothing to set.</summary>
public sealed record LoopbackOptions;
