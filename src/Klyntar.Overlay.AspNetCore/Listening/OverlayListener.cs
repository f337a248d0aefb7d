using System.Net;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Kestrel's listener on one virtual port of a service.</summary>
/// <param name="endPoint">The port.</param>
/// <param name="service">The service, which its ports share.</param>
/// <param name="disposed">Told when Kestrel has done with this port.</param>
internal sealed class OverlayListener(OverlayServiceEndPoint endPoint, ServiceListener service, Func<Task> disposed) : IConnectionListener
{
    private bool _isDisposed;

    public EndPoint EndPoint => endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (await service.AcceptAsync(endPoint.Port, cancellationToken) is not { } visitor)
        {
            return null;
        }

        // Of the remote end point nothing is known. What an overlay's helper connects from must not pass for a client's address.
        visitor.Connection.LocalEndPoint = endPoint;
        visitor.Connection.Features.Set<IOverlayVisitorFeature>(new OverlayVisitorFeature(endPoint.Service.Name, visitor.EndPoint, visitor.Identity));
        return visitor.Connection;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => new(service.CloseAsync(endPoint.Port, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await UnbindAsync();
            await disposed();
        }
    }
}
