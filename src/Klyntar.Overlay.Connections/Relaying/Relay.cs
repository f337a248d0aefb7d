using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>The two-way copy between two connections.</summary>
public static class Relay
{
    /// <summary>Relays until both directions have ended, then disposes both connections. Never throws for what peers do: that is in the result.</summary>
    /// <param name="first">A connection; with <see cref="IEngineSocketFeature"/> on both sides the bytes take the engine's fast path.</param>
    /// <param name="second">The other connection.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops the relay; both connections are aborted.</param>
    public static Task<RelayResult> RunAsync(ConnectionContext first, ConnectionContext second, RelayOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();
}
