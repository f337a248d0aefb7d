using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Where a router of a private network is.</summary>
/// <param name="Address">Its own address on loopback.</param>
/// <param name="Port">Where other routers reach it.</param>
/// <param name="SamPort">Where its SAM bridge is.</param>
internal sealed record RouterPlace(IPAddress Address, int Port, int SamPort)
{
    /// <summary>Its SAM bridge.</summary>
    public IPEndPoint Sam => new(Address, SamPort);

    /// <summary>A place where two ports were free a moment ago.</summary>
    public static RouterPlace ChooseAt(IPAddress address)
    {
        ImmutableArray<int> ports = LoopbackAddress.ChoosePorts(address, 2);
        return new RouterPlace(address, ports[0], ports[1]);
    }
}
