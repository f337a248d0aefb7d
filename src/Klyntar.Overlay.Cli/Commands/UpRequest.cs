using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.I2P;
using Klyntar.Overlay.Transports.Tor;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Cli;

/// <summary>What the command line of <c>up</c> asks for beyond the configuration.</summary>
internal sealed record UpRequest
{
    /// <summary>The name of the service that is exposed, where no other is given.</summary>
    public const string DefaultName = "node";

    private const string Tor = "tor";
    private const string I2P = "i2p";
    private const string ZeroNet = "zeronet";

    /// <summary>Ports to publish, in the forms of <see cref="ExposedPort"/>.</summary>
    public IReadOnlyList<string> Expose { get; init; } = [];

    /// <summary>The overlays to publish them on, which run from then on; several may stand in one text, with commas between.</summary>
    public IReadOnlyList<string> On { get; init; } = [Tor];

    /// <summary>The name of the service that they make.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>The data folder, or null for the configuration's.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The first SOCKS door's port on 127.0.0.1, or null for the configuration's.</summary>
    public int? SocksPort { get; init; }

    /// <summary>The control port of a tor that runs already, or null for the configuration's.</summary>
    public EndPoint? TorControl { get; init; }

    /// <summary>The SAM bridge of an I2P router that runs already, or null for the configuration's.</summary>
    public EndPoint? I2PSam { get; init; }

    /// <summary>Whether ZeroNet may run over the ordinary network.</summary>
    public bool ZeroNetClearnet { get; init; }

    private string[] Overlays => [.. On.SelectMany(OverlayNames.Split).Distinct()];

    /// <summary>The configuration with this in it.</summary>
    /// <param name="configured">The configuration.</param>
    /// <param name="catalog">The transports there are.</param>
    /// <exception cref="OverlayException">A port cannot be read or is named twice, or the service exists already.</exception>
    public GatewayOptions ApplyTo(GatewayOptions configured, TransportCatalog catalog) => configured with
    {
        DataFolder = DataFolder ?? configured.DataFolder,
        Socks = SocksPort is { } port ? WithPort(configured.Socks, port) : configured.Socks,
        Services = Expose.Count > 0 ? WithExposed(configured.Services) : configured.Services,
        Transports = WithPrograms(WithOverlays(configured.Transports, catalog)),
    };

    private static bool Dials(ITransportFactory factory, ExposedPort exposed) =>
        exposed.Target is DnsEndPoint name && factory.Create(Activator.CreateInstance(factory.OptionsType)!).Parse(name.Host, name.Port).IsClaimed;

    private static IReadOnlyList<SocksDoorOptions> WithPort(IReadOnlyList<SocksDoorOptions> doors, int port) =>
        [(doors.Count > 0 ? doors[0] : new SocksDoorOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, port) }, .. doors.Skip(1)];

    private static Dictionary<string, object?> With<T>(IReadOnlyDictionary<string, object?> transports, string name, Func<T, T> change)
        where T : class, new() =>
        new(transports) { [name] = change(transports.GetValueOrDefault(name) as T ?? new T()) };

    private IReadOnlyDictionary<string, object?> WithPrograms(IReadOnlyDictionary<string, object?> transports)
    {
        if (TorControl is { } control)
        {
            transports = With<TorOptions>(transports, Tor, tor => tor with { Control = control });
        }

        if (I2PSam is { } sam)
        {
            transports = With<I2POptions>(transports, I2P, i2p => i2p with { Sam = sam });
        }

        return Overlays.Contains(ZeroNet) || ZeroNetClearnet ? With<ZeroNetOptions>(transports, ZeroNet, OverNamed) : transports;
    }

    // What the configuration says of it stays. ZeroNet tells its peers where it is, so it never speaks past the overlays that it is named with.
    private ZeroNetOptions OverNamed(ZeroNetOptions zeronet)
    {
        if (zeronet.Over.Count > 0 || zeronet.Clearnet)
        {
            return zeronet;
        }

        string[] over = [.. Overlays.Where(static overlay => overlay is Tor or I2P)];
        return over.Length == 0 && !ZeroNetClearnet
            ? throw new OverlayException("ZeroNet alone runs over the ordinary network: trackers and peers see this machine's address and which sites it has. Name an overlay for it to run over, such as --on tor,zeronet, or say that you want this by --zeronet-clearnet.")
            : zeronet with { Over = over, Clearnet = over.Length == 0 };
    }

    // Whoever names an overlay, or an address on it, wants it to run; one that the configuration switches off stays off, and is told of.
    private IReadOnlyDictionary<string, object?> WithOverlays(IReadOnlyDictionary<string, object?> transports, TransportCatalog catalog)
    {
        ExposedPort[] exposed = [.. Expose.Select(ExposedPort.Parse)];
        ITransportFactory[] named = [.. from transport in catalog.Transports.Values
                                        where !transport.EnabledByDefault
                                        let factory = transport.Factory
                                        where !transports.ContainsKey(factory.Name) && (Overlays.Contains(factory.Name) || exposed.Any(e => Dials(factory, e)))
                                        select factory];
        return named.Length == 0
            ? transports
            : new Dictionary<string, object?>([.. transports, .. named.Select(f => KeyValuePair.Create(f.Name, Activator.CreateInstance(f.OptionsType)))]);
    }

    private Dictionary<string, ServiceOptions> WithExposed(IReadOnlyDictionary<string, ServiceOptions> services)
    {
        if (services.ContainsKey(Name))
        {
            throw new OverlayException($"The configuration has a service named '{Name}' already. Give the exposed one another name with --name.");
        }

        var ports = new Dictionary<int, EndPoint>();
        foreach (ExposedPort port in Expose.Select(ExposedPort.Parse))
        {
            if (!ports.TryAdd(port.Port, port.Target))
            {
                throw new OverlayException($"--expose names the port {port.Port} twice, and a port leads to one target.");
            }
        }

        return new Dictionary<string, ServiceOptions>(services) { [Name] = new ServiceOptions { Ports = ports, On = Overlays } };
    }
}
