using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A site's address and a virtual port, and perhaps peers to ask for the site.</summary>
internal sealed class ZeroNetEndPoint : OverlayEndPoint
{
    /// <summary>Makes an end point.</summary>
    /// <param name="site">The address.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public ZeroNetEndPoint(ZeroNetAddress site, int port)
        : base(ZeroNetAddress.OverlayName, ZeroNetHost.NameOf(site), port) => Site = site;

    /// <summary>The site's address.</summary>
    public ZeroNetAddress Site { get; }

    /// <summary>Peers that its link names.</summary>
    public SiteSeeds Seeds { get; private init; } = SiteSeeds.None;

    /// <inheritdoc/>
    public override string CaselessHost => ZeroNetHost.CaselessNameOf(Site);

    /// <summary>Claims and validates a host name, as <see cref="ITransport.Parse(string, int)"/> promises.</summary>
    /// <param name="host">A host name as a client wrote it.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public static ParsedHost Parse(string host, int port)
    {
        if (!ZeroNetHost.IsClaimed(host))
        {
            return ParsedHost.NotClaimed;
        }

        if (!ZeroNetHost.TryParse(host, out ZeroNetAddress? site, out string? why))
        {
            return ParsedHost.Invalid(why);
        }

        return port is >= 0 and <= IPEndPoint.MaxPort
            ? ParsedHost.Valid(new ZeroNetEndPoint(site, port))
            : ParsedHost.Invalid("its port is not between 0 and 65535");
    }

    /// <summary>The same for a name with peers to ask behind it, as <see cref="ITransport.Parse(string, int, string)"/> promises.</summary>
    /// <param name="host">A host name.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    /// <param name="query">What follows the question mark.</param>
    public static ParsedHost Parse(string host, int port, string query) =>
        Parse(host, port).EndPoint is not ZeroNetEndPoint plain ? Parse(host, port)
        : SiteSeeds.TryParse(query, out SiteSeeds? seeds, out string? why) ? ParsedHost.Valid(new ZeroNetEndPoint(plain.Site, port) { Seeds = seeds })
        : ParsedHost.Invalid(why);

    /// <summary>The end points of a service, one for each port.</summary>
    public static ImmutableArray<OverlayEndPoint> AllOf(ServiceDefinition definition)
    {
        ZeroNetAddress site = ZeroNetIdentityFormat.KeyOf(definition.Identity).Address;
        return [.. definition.Ports.Select(port => new ZeroNetEndPoint(site, port))];
    }
}
