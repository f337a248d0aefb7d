using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>Finds the ways to a peer's port.</summary>
/// <param name="router">Knows which transport claims an address.</param>
/// <param name="services">The services of this gateway: who dials them at a peer's door needs no overlay.</param>
/// <param name="clock">Measures dials.</param>
internal sealed class PeerRoutes(Router router, ImmutableArray<ServiceDoor> services, TimeProvider clock)
{
    /// <summary>Finds them, or the target where one of the addresses is this gateway's own.</summary>
    /// <param name="addresses">The peer's addresses.</param>
    /// <param name="port">One of its ports.</param>
    public PeerRoute Find(ImmutableArray<PeerAddress> addresses, int port)
    {
        PeerRoute found = FindOverlays(addresses, port);
        return found.Ways.Select(w => OwnTarget(w.EndPoint)).FirstOrDefault(t => t is not null) is { } own ? found with { Ways = [], Own = own } : found;
    }

    /// <summary>Finds the ways over overlays alone.</summary>
    /// <param name="addresses">The peer's addresses.</param>
    /// <param name="port">One of its ports.</param>
    public PeerRoute FindOverlays(ImmutableArray<PeerAddress> addresses, int port)
    {
        var ways = ImmutableArray.CreateBuilder<Way>();
        DialError? refused = null;
        foreach (PeerAddress address in addresses.Where(a => a.IsFor(port)))
        {
            Route route = router.Find(address.Host, port);
            if (!route.IsFound)
            {
                refused ??= route.Error;
            }
            else
            {
                ways.Add(new Way(address.Host, route.Transport, route.EndPoint, clock));
            }
        }

        return new PeerRoute(port, ways.ToImmutable(), null, refused);
    }

    private ServiceTarget? OwnTarget(OverlayEndPoint endPoint)
    {
        foreach (ServiceDoor service in services.Where(s => s.Transport.Name == endPoint.Overlay))
        {
            ImmutableArray<OverlayEndPoint> own = service.Transport.EndPointsOf(service.Definition);
            int index = own.IndexOf(endPoint);
            if (index >= 0 && index < service.Definition.Ports.Length)
            {
                return service.Targets[service.Definition.Ports[index]];
            }
        }

        return null;
    }
}
