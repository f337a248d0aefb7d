using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two gateways on both private networks, for tests that end neither: one publishes a service on two ports, and the other is dialled through.</summary>
public sealed class TwoOverlays(PrivateTor tor) : IAsyncLifetime
{
    public const string Service = "node";

    /// <summary>A virtual port.</summary>
    public const int Port = 7332;

    private PrivateI2PNetwork? _network;
    private TestGateway? _server;
    private TestGateway? _client;

    /// <summary>The I2P network.</summary>
    public PrivateI2PNetwork Network => _network!;

    internal TestGateway Server => _server!;

    internal TestGateway Client => _client!;

    /// <summary>The nodes, by the virtual ports that lead to them.</summary>
    internal IReadOnlyDictionary<int, DemoNode> Nodes { get; private set; } = new Dictionary<int, DemoNode>();

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Nodes = new Dictionary<int, DemoNode> { [Port] = await DemoNode.StartAsync("node", cancelled), [9999] = await DemoNode.StartAsync("its other port", cancelled) };
        _network = await PrivateI2P.StartAsync(cancelled);
        Task<TestGateway> client = StartAsync(withTor: true, new Dictionary<string, ServiceOptions>(), cancelled);
        _server = await StartAsync(
            withTor: true,
            new Dictionary<string, ServiceOptions> { [Service] = new() { On = ["tor", "i2p"], Ports = Nodes.ToDictionary(n => n.Key, EndPoint (n) => n.Value.EndPoint) } },
            cancelled);
        _client = await client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? owned in (IEnumerable<IAsyncDisposable?>)[_client, _server, .. Nodes.Values, _network])
        {
            if (owned is not null)
            {
                await owned.DisposeAsync();
            }
        }
    }

    /// <summary>Starts one more gateway, owned by the caller, and waits until its services are published.</summary>
    internal Task<TestGateway> StartAsync(bool withTor, Dictionary<string, ServiceOptions> services, CancellationToken cancellationToken) => TestGateway.StartAsync(
        tor.Torrc,
        tor.Programs,
        configure: options => options with
        {
            Transports = new Dictionary<string, object?> { ["tor"] = withTor ? options.Transports["tor"] : null, ["i2p"] = Network.ClientOptions },
            Services = services,
        },
        cancellationToken: cancellationToken);
}
