using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Where tor hands visitors over: a listener for each virtual port.</summary>
internal interface IVisitorDoors
{
    /// <summary>Opens one more. What it accepts resumes on the engine's loop.</summary>
    /// <exception cref="SocketException">There are too few descriptors, or the folder is gone.</exception>
    /// <exception cref="OverlayException">There is no place for it.</exception>
    EngineListener Open();

    /// <summary>Where a service is kept that is published by <see cref="ServiceDirWay"/>; null where tor's configuration is not ours to change.</summary>
    /// <param name="serviceId">The address without <c>.onion</c>.</param>
    ServiceFolder? FolderOf(string serviceId);
}
