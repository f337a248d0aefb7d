using System.Runtime.CompilerServices;

namespace Klyntar.Overlay.Gateway;

/// <summary>Talks to a running gateway over the Unix sockets in its data folder.</summary>
public sealed class GatewayClient
{
    /// <summary>Makes a client. Opens nothing.</summary>
    /// <param name="dataFolder">The gateway's data folder, or null for the default one.</param>
    public GatewayClient(string? dataFolder = null) => DataFolder = Path.GetFullPath(dataFolder ?? GatewayOptions.DefaultDataFolder);

    /// <summary>The gateway's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>Asks for the status.</summary>
    /// <exception cref="OverlayException">No gateway runs there, it is another user's, or it does not answer.</exception>
    public Task<GatewayStatus> GetStatusAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The status and then each change, until the gateway ends.</summary>
    /// <exception cref="OverlayException">No gateway runs there, it is another user's, or it does not answer.</exception>
    public async IAsyncEnumerable<GatewayStatus> WatchStatusAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return await GetStatusAsync(cancellationToken);
    }

    /// <summary>Dials through the gateway.</summary>
    /// <param name="host">An overlay name.</param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <param name="cancellationToken">Abandons the dial.</param>
    /// <returns>A connection owned by the caller, or why there is none.</returns>
    /// <exception cref="OverlayException">No gateway runs there, or it is another user's.</exception>
    public ValueTask<DialResult> DialAsync(string host, int port, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
