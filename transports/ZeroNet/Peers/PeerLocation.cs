using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Where a peer of a site is reached.</summary>
/// <param name="Kind">Over what.</param>
/// <param name="Host">The IP address, or the name on the overlay in lower case with its suffix.</param>
/// <param name="Port">The port.</param>
internal readonly record struct PeerLocation(PeerLocationKind Kind, string Host, int Port)
{
    // Real nodes give 0 and 1 to peers that nobody reaches.
    private const int FirstPort = 2;

    /// <summary>Whether it can be dialled at all, and on a stranger's word.</summary>
    /// <param name="allowPrivate">Whether addresses of somebody's own network count too, as on a private network of this machine.</param>
    public bool IsUsable(bool allowPrivate) => Port is >= FirstPort and <= IPEndPoint.MaxPort && Kind switch
    {
        PeerLocationKind.Onion => OnionName.TryRead(Host, out _),
        PeerLocationKind.I2P => true,
        _ => allowPrivate || PublicAddress.Is(IPAddress.Parse(Host)),
    };

    /// <summary>The peer that somebody told of.</summary>
    public static PeerLocation Of(PackedPeer peer) => peer.Kind == PeerAddressKind.Onion ? new(PeerLocationKind.Onion, peer.Host, peer.Port) : Of(IPAddress.Parse(peer.Host), peer.Port);

    /// <summary>The peer at an IP address, in its one form: IPv4 as such, and IPv6 without a scope.</summary>
    public static PeerLocation Of(IPAddress address, int port)
    {
        var peer = PackedPeer.Of(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
        return new(peer.Kind == PeerAddressKind.IPv4 ? PeerLocationKind.IPv4 : PeerLocationKind.IPv6, peer.Host, port);
    }

    /// <summary>The gateway that a record names.</summary>
    public static PeerLocation Of(RecordedEndPoint endPoint) => endPoint.Kind switch
    {
        RecordedEndPointKind.Tcp => Of(IPAddress.Parse(endPoint.Address), endPoint.Port),
        RecordedEndPointKind.Onion => new PeerLocation(PeerLocationKind.Onion, endPoint.Address, endPoint.Port),
        _ => new PeerLocation(PeerLocationKind.I2P, endPoint.Address, endPoint.Port),
    };

    /// <summary>The peer as peers tell each other of it; null where they have no form for it.</summary>
    public PackedPeer? Pack() => Kind switch
    {
        PeerLocationKind.IPv4 => new PackedPeer(PeerAddressKind.IPv4, Host, Port),
        PeerLocationKind.IPv6 => new PackedPeer(PeerAddressKind.IPv6, Host, Port),
        PeerLocationKind.Onion => new PackedPeer(PeerAddressKind.Onion, Host, Port),
        _ => null,
    };
}
