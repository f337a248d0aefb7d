using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay;

/// <summary>Who connects to a service.</summary>
/// <param name="Connection">The connection, owned by whoever accepted it.</param>
/// <param name="Port">The virtual port that the visitor connected to.</param>
/// <param name="Identity">What the overlay tells about the visitor, or null: stable for one visitor and different between two, as far as the overlay can say.</param>
public sealed record Visitor(ConnectionContext Connection, int Port, string? Identity = null);
