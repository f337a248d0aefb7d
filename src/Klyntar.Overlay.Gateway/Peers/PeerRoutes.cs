using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>Finds the ways to a peer's port.</summary>
/// <param name="router">Knows which transport claims an address.</param>
/// <param name="clock">Measures dials.</param>
internal sealed class PeerRoutes(Router router, TimeProvider clock)
{
    /// <summary>Finds the ways to all of a peer's ports.</summary>
    /// <param name="name">The peer's name.</param>
    /// <param name="options">The peer, validated.</param>
    /// <exception cref="OverlayException">No transport dials any of the addresses for a port, or it is to be dialled as a service where no overlay tells who dials.</exception>
    public ImmutableArray<PeerRoute> Find(string name, PeerOptions options)
    {
        ImmutableArray<PeerAddress> addresses = Peer.AddressesOf(options);
        ImmutableArray<PeerRoute> found = [.. Peer.PortsOf(options).Select(port => Find(addresses, port))];
        if (options.DialAs is { } own && !found.IsEmpty && found.All(r => r.Ways.All(w => !w.Transport.Capabilities.DialAs)))
        {
            throw new OverlayException($"The peer {name} cannot be dialled as {own}, since none of its addresses is on an overlay that tells who dials. Add one that is, such as \"….b32.i2p\", or remove \"dialAs\".");
        }

        return found.FirstOrDefault(r => r.Ways.IsEmpty) is { } lost
            ? throw new OverlayException($"The peer {name} cannot be dialled at its port {lost.Port}: {Route.WhyNot(lost.Refused!)}")
            : found;
    }

    /// <summary>Finds them.</summary>
    /// <param name="addresses">The peer's addresses.</param>
    /// <param name="port">One of its ports.</param>
    public PeerRoute Find(ImmutableArray<PeerAddress> addresses, int port)
    {
        var ways = ImmutableArray.CreateBuilder<Way>();
        DialError? refused = null;
        foreach (PeerAddress address in addresses.Where(a => a.IsFor(port)))
        {
            Route route = router.Find(address.Written, port);
            if (route.IsFound)
            {
                ways.Add(new Way(address.Host, route.Transport, route.EndPoint, clock));
            }
            else
            {
                refused ??= route.Error;
            }
        }

        return new PeerRoute(port, ways.ToImmutable(), refused);
    }
}
