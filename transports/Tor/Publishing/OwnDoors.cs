using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Doors that only a tor of our own reaches.</summary>
internal sealed class OwnDoors(TorFolders folders, SocketEngine engine) : IVisitorDoors
{
    private int _lastDoor;

    public EngineListener Open() => engine.Listen(Next(), new EngineListenOptions { ResumesOnLoop = true });

    public ServiceFolder FolderOf(string serviceId) => new(Path.Join(folders.Services, serviceId));

    // Where there are no Unix sockets, any program on this machine can reach the door.
    private EndPoint Next() => folders.UsesUnixSockets
        ? new UnixDomainSocketEndPoint(folders.SocketPath(string.Create(CultureInfo.InvariantCulture, $"v{Interlocked.Increment(ref _lastDoor)}")))
        : new IPEndPoint(IPAddress.Loopback, 0);
}
