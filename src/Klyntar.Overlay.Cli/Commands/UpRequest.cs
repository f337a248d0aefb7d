using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Cli;

/// <summary>What the command line of <c>up</c> asks for beyond the configuration.</summary>
internal sealed record UpRequest
{
    /// <summary>The name of the service that is exposed, where no other is given.</summary>
    public const string DefaultName = "node";

    private const string Tor = "tor";

    /// <summary>Ports to publish, in the forms of <see cref="ExposedPort"/>.</summary>
    public IReadOnlyList<string> Expose { get; init; } = [];

    /// <summary>The overlays to publish them on; several may stand in one text, with commas between.</summary>
    public IReadOnlyList<string> On { get; init; } = [Tor];

    /// <summary>The name of the service that they make.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>The data folder, or null for the configuration's.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The first SOCKS door's port on 127.0.0.1, or null for the configuration's.</summary>
    public int? SocksPort { get; init; }

    /// <summary>The control port of a tor that runs already, or null for the configuration's.</summary>
    public EndPoint? TorControl { get; init; }

    /// <summary>The configuration with this in it.</summary>
    /// <exception cref="OverlayException">A port cannot be read or is named twice, or the service exists already.</exception>
    public GatewayOptions ApplyTo(GatewayOptions configured) => configured with
    {
        DataFolder = DataFolder ?? configured.DataFolder,
        Socks = SocksPort is { } port ? WithPort(configured.Socks, port) : configured.Socks,
        Services = Expose.Count > 0 ? WithExposed(configured.Services) : configured.Services,
        Transports = TorControl is { } control ? WithControl(configured.Transports, control) : configured.Transports,
    };

    private static IReadOnlyList<SocksDoorOptions> WithPort(IReadOnlyList<SocksDoorOptions> doors, int port) =>
        [(doors.Count > 0 ? doors[0] : new SocksDoorOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, port) }, .. doors.Skip(1)];

    private static Dictionary<string, object?> WithControl(IReadOnlyDictionary<string, object?> transports, EndPoint control)
    {
        TorOptions tor = transports.GetValueOrDefault(Tor) as TorOptions ?? new TorOptions();
        return new Dictionary<string, object?>(transports) { [Tor] = tor with { Control = control } };
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

        string[] overlays = [.. On.SelectMany(o => o.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        return new Dictionary<string, ServiceOptions>(services) { [Name] = new ServiceOptions { Ports = ports, On = overlays } };
    }
}
