using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two gateways in this process that reach each other's services, of all the kinds that there are.</summary>
internal sealed class SoakGateways : IAsyncDisposable
{
    private const string Overlay = "tor";
    private const string Alice = "alice";

    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(20);

    // Nobody sends more after the end here, and at the end all connections have to go.
    private static readonly TimeSpan FinHoldBack = TimeSpan.FromSeconds(2);

    // Two are published by ADD_ONION and two by HiddenServiceDir, with client keys and without.
    private static readonly ImmutableArray<(string Name, int[] Ports, bool TellsVisitorsApart, bool WantsKey)> ServerServices =
    [
        ("plain", [80, 8080], false, false),
        ("keyed", [80], false, true),
        ("told", [80, 8080], true, false),
        ("told-keyed", [80], true, true),
    ];

    private static readonly ImmutableArray<(string Name, int[] Ports, bool TellsVisitorsApart, bool WantsKey)> ClientServices =
    [
        ("mirror", [80], false, false),
        ("told-mirror", [80], true, false),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-soak-").FullName;
    private readonly Dictionary<(string Service, int Port), KeyedEcho> _nodes = [];
    private readonly List<SoakRoute> _routes = [];
    private readonly ILoggerFactory _serverLog;
    private readonly ILoggerFactory _clientLog;
    private TestGateway? _server;
    private TestGateway? _client;

    private SoakGateways(ILoggerFactory serverLog, ILoggerFactory clientLog) => (_serverLog, _clientLog) = (serverLog, clientLog);

    public TestGateway Server => _server!;

    public TestGateway Client => _client!;

    /// <summary>Every port of every service, through the other gateway and from a bare tor.</summary>
    public IReadOnlyList<SoakRoute> Routes => _routes;

    /// <summary>Where both gateways keep everything.</summary>
    public string Folder => _folder;

    /// <summary>Whether no connection is open any more, at any end.</summary>
    public bool IsQuiet => _nodes.Values.All(n => n.Open == 0)
        && new[] { Server, Client }.All(g => g.Status.Current is var s && s.Services.All(v => v.Visitors == 0) && s.Socks.All(d => d.Connections == 0));

    public static async Task<SoakGateways> StartAsync(PrivateTor network, ILoggerFactory serverLog, ILoggerFactory clientLog, CancellationToken cancellationToken)
    {
        var gateways = new SoakGateways(serverLog, clientLog);
        try
        {
            await gateways.BeginAsync(network, cancellationToken);
            return gateways;
        }
        catch
        {
            await gateways.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends both gateways, and leaves their folder as they do.</summary>
    public async Task EndAsync()
    {
        foreach (TestGateway? gateway in new[] { _client, _server })
        {
            if (gateway is not null)
            {
                await gateway.DisposeAsync();
            }
        }

        (_client, _server) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        foreach (KeyedEcho node in _nodes.Values)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginAsync(PrivateTor network, CancellationToken cancellationToken)
    {
        string clientFolder = Path.Combine(_folder, "client");
        ClientKey alice = AuthorizedGateways.MakeKey(clientFolder, Alice);
        _server = await StartAsync(network, ServerServices, Path.Combine(_folder, "server"), alice.PublicPart, [], _serverLog, cancellationToken);
        IEnumerable<string> keyed = ServerServices.Where(s => s.WantsKey).Select(s => Server.Onion(s.Name));
        _client = await StartAsync(network, ClientServices, clientFolder, alice.PublicPart, keyed, _clientLog, cancellationToken);
        AddRoutes(ServerServices, at: _server, through: _client, network.Client);
        AddRoutes(ClientServices, at: _client, through: _server, network.Client);
        foreach (string onion in keyed)
        {
            OnionAddress.TryParse(onion, out OnionAddress? address, out _).Should().BeTrue();
            (await network.Client.Control.AddClientKeyAsync(address!, alice, cancellationToken)).IsSuccess.Should().BeTrue();
        }
    }

    private Task<TestGateway> StartAsync(
        PrivateTor network,
        ImmutableArray<(string Name, int[] Ports, bool TellsVisitorsApart, bool WantsKey)> services,
        string folder,
        string clientKey,
        IEnumerable<string> keyed,
        ILoggerFactory log,
        CancellationToken cancellationToken) => TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            folder: folder,
            dialTimeout: DialTimeout,
            loggers: log,
            configure: o => o with
            {
                Relay = new RelayTimes { FinHoldBack = FinHoldBack },
                Transports = new Dictionary<string, object?> { [Overlay] = new TorOptions { Torrc = network.Torrc, ClientAuth = keyed.ToDictionary(k => k, _ => Alice) } },
                Services = services.ToDictionary(s => s.Name, s => new ServiceOptions
                {
                    On = [Overlay],
                    Ports = s.Ports.ToDictionary(port => port, port => (EndPoint)NodeOf(s.Name, port).EndPoint),
                    PerVisitor = s.TellsVisitorsApart ? new VisitorLimits() : null,
                    Options = new Dictionary<string, object>
                    {
                        [Overlay] = new TorServiceOptions { Clients = s.WantsKey ? new Dictionary<string, string> { [Alice] = clientKey } : new Dictionary<string, string>() },
                    },
                }),
            },
            cancellationToken: cancellationToken);

    private void AddRoutes(ImmutableArray<(string Name, int[] Ports, bool TellsVisitorsApart, bool WantsKey)> services, TestGateway at, TestGateway through, PlainTorClient bare)
    {
        foreach ((string service, int port) in services.SelectMany(s => s.Ports.Select(port => (s.Name, port))))
        {
            KeyedEcho node = NodeOf(service, port);
            string onion = at.Onion(service);
            _routes.Add(new SoakRoute($"{service}:{port} through the other gateway", service, port, onion, at, (h, p, user, c) => through.TryDialAsync(h, p, user, c), node));
            _routes.Add(new SoakRoute($"{service}:{port} from a bare tor", service, port, onion, at, bare.TryDialAsync, node));
        }
    }

    private KeyedEcho NodeOf(string service, int port)
    {
        if (!_nodes.TryGetValue((service, port), out KeyedEcho? node))
        {
            _nodes.Add((service, port), node = new KeyedEcho((byte)(_nodes.Count + 1)));
        }

        return node;
    }
}
