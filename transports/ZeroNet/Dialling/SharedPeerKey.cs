namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What those have in common who share a connection to a peer.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="IsTracker">Whether it is asked as a tracker.</param>
/// <param name="TellsSelf">Whether it knows where this gateway is reached.</param>
/// <param name="Isolation">Whose connection it is: clients never share one with each other, nor with the gateway itself.</param>
internal readonly record struct SharedPeerKey(PeerLocation Peer, bool IsTracker, bool TellsSelf, IsolationKey Isolation);
