namespace Klyntar.Overlay.Gateway;

/// <summary>A visitor whom the hosting program serves.</summary>
/// <param name="Connection">The connection, owned by whoever accepted it.</param>
/// <param name="EndPoint">The address and virtual port that the visitor connected to.</param>
/// <param name="Identity">What the overlay tells about the visitor, or null.</param>
internal sealed record AcceptedVisitor(ServerConnection Connection, OverlayEndPoint EndPoint, string? Identity);
