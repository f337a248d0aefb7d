using System.Net;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Gives Kestrel listeners on services' ports, and leaves every other end point to the other factories.</summary>
internal sealed class OverlayListenerFactory(IServiceProvider services) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // One publication has all ports of a service, and Kestrel binds them one by one. It binds and disposes one at a time.
    private readonly Dictionary<OverlayService, Shared> _services = new(ReferenceEqualityComparer.Instance);

    public bool CanBind(EndPoint endpoint) => endpoint is OverlayServiceEndPoint;

    /// <exception cref="OverlayException">The service cannot be published.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is not OverlayServiceEndPoint { Service: var service, Port: var port } bound)
        {
            throw new ArgumentException($"A {endpoint?.GetType().Name} is no port of a service.", nameof(endpoint));
        }

        if (!_services.TryGetValue(service, out Shared? shared))
        {
            GatewayHost gateway = services.GetRequiredService<GatewayHost>();
            shared = new Shared(await gateway.ListenAsync(service.Name, service.ToServiceOptions(), cancellationToken));
            _services.Add(service, shared);
        }

        if (!service.Ports.Contains(port) || !shared.Listener.TryOpen(port))
        {
            throw new OverlayException($"Port {port} of the service {service.Name} is {(service.Ports.Contains(port) ? "listened on twice" : "none of its ports")}. Name each port once, in the service.");
        }

        shared.Bound++;
        return new OverlayListener(bound, shared.Listener, async () =>
        {
            if (--shared.Bound == 0)
            {
                _services.Remove(service);
                await shared.Listener.DisposeAsync();
            }
        });
    }

    private sealed class Shared(ServiceListener listener)
    {
        public ServiceListener Listener => listener;

        public int Bound { get; set; }
    }
}
