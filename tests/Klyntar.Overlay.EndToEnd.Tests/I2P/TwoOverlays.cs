using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two gateways on both private networks, for tests that end neither: one publishes a service on two ports, and the other is dialled through.</summary>
public abstract class TwoOverlays(PrivateTor tor, string i2pd) : IAsyncLifetime
{
    public const string Service = "node";

    /// <summary>A virtual port.</summary>
    public const int Port = 7332;

    private PrivateI2PNetwork? _network;
    private TestGateway? _server;
    private TestGateway? _client;
    private string? _whyNot;

    /// <summary>The I2P network.</summary>
    public PrivateI2PNetwork Network => _network!;

    internal TestGateway Server => _server!;

    internal TestGateway Client => _client!;

    /// <summary>The nodes, by the virtual ports that lead to them.</summary>
    internal IReadOnlyDictionary<int, DemoNode> Nodes { get; private set; } = new Dictionary<int, DemoNode>();

    /// <summary>Skips the test where its i2pd cannot be had.</summary>
    public TwoOverlays OrSkip()
    {
        if (_whyNot is not null)
        {
            Assert.Skip(_whyNot);
        }

        // Without its router no test has an end of its own: the gateways wait for it to come back.
        return _network is { Broken: { IsCompleted: true } broken } ? throw new InvalidOperationException(broken.Result) : this;
    }

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        _whyNot = await PrivateI2P.WhyNotAsync(i2pd, cancelled);
        if (_whyNot is not null)
        {
            return;
        }

        Nodes = new Dictionary<int, DemoNode> { [Port] = await DemoNode.StartAsync("node", cancelled), [9999] = await DemoNode.StartAsync("its other port", cancelled) };
        _network = await PrivateI2P.StartAsync(i2pd, cancelled);
        Task<TestGateway> client = StartAsync(withTor: true, new Dictionary<string, ServiceOptions>(), cancelled);
        _server = await StartAsync(
            withTor: true,
            new Dictionary<string, ServiceOptions> { [Service] = new() { On = ["tor", "i2p"], Ports = Nodes.ToDictionary(n => n.Key, EndPoint (n) => n.Value.EndPoint) } },
            cancelled);
        _client = await client;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
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
