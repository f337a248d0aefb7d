namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A peer of a site at our own tracker.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Source">Who announced it.</param>
internal readonly record struct TrackedPeer(DateTimeOffset Until, PeerSource Source);
