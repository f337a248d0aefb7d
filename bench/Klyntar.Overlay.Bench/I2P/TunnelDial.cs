using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>A client tunnel of i2pd's own: whoever connects to its port is connected to the service.</summary>
/// <param name="Name">Whose way it is, in tables.</param>
/// <param name="Port">Where the tunnel listens.</param>
internal sealed record TunnelDial(string Name, IPEndPoint Port) : ServiceDial(Name)
{
    public override Socket Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = PatienceMilliseconds,
            SendTimeout = PatienceMilliseconds,
        };
        try
        {
            socket.Connect(Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
