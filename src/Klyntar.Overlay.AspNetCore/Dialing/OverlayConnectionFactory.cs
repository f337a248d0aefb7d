using System.Net;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Dials overlays through a gateway, and nothing else: names that are no overlay's are refused, and none is resolved.</summary>
public sealed class OverlayConnectionFactory : IConnectionFactory
{
    private readonly GatewayHost _gateway;
    private readonly IsolationKey _isolation;
    private readonly TimeSpan _timeout;

    /// <summary>Makes a factory.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="options">How it dials.</param>
    public OverlayConnectionFactory(GatewayHost gateway, OverlayDialOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        options ??= new OverlayDialOptions();
        _gateway = gateway;
        _isolation = options.Isolation ?? IsolationKey.Unique();
        _timeout = options.DialTimeout;
    }

    /// <summary>Dials.</summary>
    /// <param name="endpoint">An overlay end point, or a <see cref="DnsEndPoint"/> with an overlay name.</param>
    /// <param name="cancellationToken">Abandons the dial.</param>
    /// <exception cref="OverlayDialException">The dial failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var request = new DialRequest(endpoint) { Isolation = _isolation, Deadline = Deadline.After(_timeout, _gateway.Clock) };
        DialResult dial = await _gateway.DialAsync(request, cancellationToken);
        if (dial.IsConnected)
        {
            return dial.Connection;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new OverlayDialException(dial.Error);
    }
}
