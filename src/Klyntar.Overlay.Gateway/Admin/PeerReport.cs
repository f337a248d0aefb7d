namespace Klyntar.Overlay.Gateway;

/// <summary>A remote peer that the gateway keeps connections ready for.</summary>
/// <param name="Name">Its name in the configuration.</param>
public sealed record PeerReport(string Name);
