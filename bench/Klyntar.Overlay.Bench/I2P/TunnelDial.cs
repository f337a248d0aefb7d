using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>A client tunnel of i2pd's own: whoever connects to its port is connected to the service.</summary>
/// <param name="Name">Whose way it is, in tables.</param>
/// <param name="Port">Where the tunnel listens.</param>
internal sealed record TunnelDial(string Name, IPEndPoint Port) : ServiceDial(Name)
{
    public override Socket Connect() => Connect(Port, static _ => { });
}
