using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Doors on TCP, for a tor of another user or on another machine, which does not reach our Unix sockets.</summary>
/// <param name="listen">The address; a port other than 0 is the first of those taken, for whoever has to open a firewall.</param>
/// <param name="tor">Where tor's control port is.</param>
/// <param name="engine">The engine.</param>
/// <param name="logger">Told of strangers.</param>
internal sealed class TcpDoors(IPEndPoint listen, EndPoint tor, SocketEngine engine, ILogger logger) : IVisitorDoors
{
    // A firewall is not opened wider than this.
    private const int MostPorts = 1_024;

    private readonly IPAddress? _remoteTor = tor is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address) ? Plain(address) : null;

    public EngineListener Open()
    {
        int last = listen.Port == 0 ? 0 : Math.Min(listen.Port + MostPorts - 1, IPEndPoint.MaxPort);
        for (int port = listen.Port; port <= last; port++)
        {
            try
            {
                return new TorOnlyListener(engine.Listen(new IPEndPoint(listen.Address, port), new EngineListenOptions { ResumesOnLoop = true }), IsTor, logger);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                throw new OverlayException($"{listen.Address} is no address of this machine. Correct transports.tor.serviceListen.", e);
            }
        }

        throw new OverlayException($"Of the ports {listen.Port} to {last} of {listen.Address} none is free. Correct transports.tor.serviceListen.");
    }

    public ServiceFolder? FolderOf(string serviceId) => null;

    // A stranger who reached the door would learn that this machine has the onion service. A tor on this machine comes from loopback,
    // or, towards another of the machine's addresses, from that address.
    private bool IsTor(EngineSocket socket)
    {
        if (socket.RemoteEndPoint is not IPEndPoint { Address: var from })
        {
            return false;
        }

        from = Plain(from);
        return _remoteTor is { } only
            ? from.Equals(only)
            : IPAddress.IsLoopback(from) || (socket.LocalEndPoint is IPEndPoint { Address: var to } && from.Equals(Plain(to)));
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
