using System.Net;

namespace Klyntar.Overlay.Connections;

/// <summary>A listening socket of an engine.</summary>
public abstract class EngineListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the port that was given for port 0.</summary>
    public abstract EndPoint LocalEndPoint { get; }

    /// <summary>
    /// Waits for the next connection. Faults of single connections and a momentary lack of descriptors are waited out, without
    /// spinning. One call at a time.
    /// </summary>
    /// <returns>A socket, owned by the caller; null once the listener is disposed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public abstract ValueTask<EngineSocket?> AcceptAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops listening, and removes the file of a Unix socket. A call of <see cref="AcceptAsync"/> under way gives null.</summary>
    public abstract ValueTask DisposeAsync();
}
