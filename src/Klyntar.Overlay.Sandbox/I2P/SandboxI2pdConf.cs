using System.Collections.Immutable;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Sandbox;

/// <summary>What a sandbox writes for its routers: each line one key with its section, none of which lets a router reach beyond this machine.</summary>
internal static class SandboxI2pdConf
{
    // Of another number than the public network's, 2: neither side would talk to the other.
    private const int NetworkId = 77;

    // Without an address book (it is on by itself) i2pd 2.45 crashes at the first stream, and with an empty address it gives up after two minutes.
    private const string NoSubscription = "http://disabled.i2p/hosts.txt";

    /// <summary>The lines that join a router to a private network.</summary>
    /// <param name="acquaintances">A zip file with the descriptions of the network's routers, or null where there are none.</param>
    public static ImmutableArray<string> Joining(string? acquaintances) =>
    [
        $"netid={NetworkId}",

        // It asks servers for routers whenever it knows fewer than five that are floodfill, whatever the threshold.
        "reseed.urls=",
        "reseed.yggurls=",
        "reseed.verify=false",
        "reseed.threshold=0",
        .. acquaintances is null ? Array.Empty<string>() : [$"reseed.zipfile={acquaintances}"],
        "ipv4=true",
        "ipv6=false",
        "nat=false",
        "upnp.enabled=false",

        // Since 2.51 routers with addresses of loopback are then taken for routers.
        "reservedrange=false",

        // SSU2 needs 80 s and more until the first tunnel.
        "ssu2.enabled=false",
        "ssu2.published=false",
        "ntcp2.enabled=true",
        "nettime.enabled=false",
        "nettime.frompeers=false",
        $"addressbook.defaulturl={NoSubscription}",
        $"addressbook.subscriptions={NoSubscription}",
        "persist.profiles=false",
        "persist.addressbook=false",
        "bandwidth=X",
        "share=100",
        "notransit=false",
        "exploratory.inbound.length=1",
        "exploratory.outbound.length=1",
        "exploratory.inbound.quantity=2",
        "exploratory.outbound.quantity=2",
    ];

    /// <summary>What sessions say on a network of so many routers: tunnels as short as it is small.</summary>
    public static ImmutableArray<string> OfSessions(int routers) =>
    [
        "inbound.length=0", "outbound.length=0", "inbound.quantity=1", "outbound.quantity=1",

        // A floodfill router that has clients of its own keeps no newer lease sets for them.
        .. routers == 1 ? ["i2cp.leaseSetType=1", "i2cp.leaseSetEncType=0"] : Array.Empty<string>(),
    ];

    /// <summary>The same for a gateway.</summary>
    public static I2POptions OptionsOf(ImmutableArray<string> session) => new()
    {
        TunnelLength = 0,
        TunnelQuantity = 1,
        SessionOptions = session.Select(option => option.Split('=')).Where(option => option[0].StartsWith("i2cp.", StringComparison.Ordinal)).ToImmutableDictionary(option => option[0], option => option[1]),
    };

    /// <summary>The lines that say where a router is.</summary>
    public static ImmutableArray<string> At(RouterPlace place, bool isFloodfill) =>
    [
        $"host={place.Address}",

        // From a loopback source the kernel refuses every connection that is not to loopback.
        $"address4={place.Address}",
        $"port={place.Port}",
        $"ntcp2.port={place.Port}",
        "ntcp2.published=true",
        $"floodfill={(isFloodfill ? "true" : "false")}",
    ];

    /// <summary>The whole configuration of a router of the network.</summary>
    public static ImmutableArray<string> OfRouter(RouterPlace place, bool isFloodfill) =>
    [
        .. Joining(acquaintances: null),
        .. At(place, isFloodfill),
        "log=stdout",
        "loglevel=warn",
        "http.enabled=false",
        "httpproxy.enabled=false",
        "socksproxy.enabled=false",
        "bob.enabled=false",
        "i2cp.enabled=false",
        "i2pcontrol.enabled=false",
        "sam.enabled=true",
        $"sam.address={place.Address}",
        $"sam.port={place.SamPort}",
    ];
}
