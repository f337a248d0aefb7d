using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Who told of a peer. Each source has a share of a site's peers and no more, so that one that makes peers up does not push the others' out.</summary>
/// <param name="Name">The same for the same source.</param>
/// <param name="IsAsker">Whether it came here by itself, as anybody may.</param>
/// <param name="MayBePrivate">Whether its peers may be on somebody's own network, since it is the operator or is there itself.</param>
internal readonly record struct PeerSource(string Name, bool IsAsker = false, bool MayBePrivate = false)
{
    private const int IPv6Prefix = 8;

    /// <summary>The operator himself, whose peers are never dropped.</summary>
    public static PeerSource Operator { get; } = new("operator", MayBePrivate: true);

    /// <summary>What was kept from an earlier run.</summary>
    public static PeerSource Cache { get; } = new("cache");

    /// <summary>Visitors of whom nothing is known but that they came over an overlay.</summary>
    public static PeerSource Overlay { get; } = new("overlay", IsAsker: true);

    /// <summary>A link that somebody followed. All of them are one: who makes up links makes up many.</summary>
    public static PeerSource Link { get; } = new("link");

    /// <summary>A tracker.</summary>
    /// <param name="name">Its address as text.</param>
    public static PeerSource Tracker(string name) => new("tracker " + name);

    /// <summary>A machine on the local network, which told of itself.</summary>
    /// <param name="host">Its address.</param>
    public static PeerSource Lan(string host) => new("lan " + host, IsAsker: true, MayBePrivate: true);

    /// <summary>A peer that we dialled, and that answered with others.</summary>
    public static PeerSource Peer(PeerLocation location) => new("peer " + location.Host);

    /// <summary>Whoever asked us over a connection: by his address, of IPv6 by the 64 bits of it that are one site's, and over an overlay all together.</summary>
    public static PeerSource Asker(IPAddress? address)
    {
        if (address is null)
        {
            return Overlay;
        }

        byte[] bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return new("asker " + Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, IPv6Prefix))), IsAsker: true);
    }
}
