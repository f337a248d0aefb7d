using System.Net;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A connection that a SOCKS door holds.</summary>
internal sealed class DoorConnection(EngineSocket socket)
{
    public EngineSocket Socket { get; } = socket;

    /// <summary>When its handshake began, on the door's clock.</summary>
    public long Since { get; set; }

    /// <summary>Who it counts for, where the door counts clients.</summary>
    public DoorClient? Client { get; set; }

    /// <summary>Its place among the handshakes under way; null after its handshake.</summary>
    public LinkedListNode<DoorConnection>? Handshake { get; set; }

    /// <summary>Whether bytes are being relayed: such a connection may go on for a while when the door stops.</summary>
    public bool IsRelaying { get; set; }
}

/// <summary>A client of a door: an IP address, or a user of a Unix socket.</summary>
internal readonly record struct DoorClient(IPAddress? Address, uint? UserId);
