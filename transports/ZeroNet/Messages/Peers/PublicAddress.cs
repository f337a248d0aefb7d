using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Tells addresses of the public network from all others, by IANA's registries of special-purpose addresses (RFC 6890).</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Special =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
    ];

    // Of IPv6 only this block is given out; of it what embeds an IPv4 address, or is for documents, is taken away again.
    private static readonly IPNetwork Unicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] Special6 = [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];

    /// <summary>Whether an address is of the public network.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return Is(address.MapToIPv4());
        }

        return address.GetAddressBytes().Length == 4
            ? !Special.Any(network => network.Contains(address))
            : Unicast.Contains(address) && !Special6.Any(network => network.Contains(address));
    }
}
