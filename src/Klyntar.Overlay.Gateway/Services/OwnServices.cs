using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>Where the services of this gateway are reached on their overlays, and which target each of those end points leads to: who dials them at a peer's door needs no overlay. Safe to use from several threads at once.</summary>
internal sealed class OwnServices
{
    private ImmutableDictionary<OverlayEndPoint, ServiceTarget> _targets = ImmutableDictionary<OverlayEndPoint, ServiceTarget>.Empty;

    /// <summary>The target of an end point; null where it is not this gateway's.</summary>
    public ServiceTarget? Find(OverlayEndPoint endPoint) => _targets.GetValueOrDefault(endPoint);

    /// <summary>Adds a service on one overlay.</summary>
    public void Add(ServiceDoor door)
    {
        foreach ((OverlayEndPoint endPoint, ServiceTarget target) in EndPointsOf(door))
        {
            ImmutableInterlocked.TryAdd(ref _targets, endPoint, target);
        }
    }

    /// <summary>Removes it again.</summary>
    public void Remove(ServiceDoor door)
    {
        foreach ((OverlayEndPoint endPoint, _) in EndPointsOf(door))
        {
            ImmutableInterlocked.TryRemove(ref _targets, endPoint, out _);
        }
    }

    private static IEnumerable<(OverlayEndPoint EndPoint, ServiceTarget Target)> EndPointsOf(ServiceDoor door) =>
        door.Transport.EndPointsOf(door.Definition).Zip(door.Definition.Ports, (endPoint, port) => (endPoint, door.Targets[port]));
}
