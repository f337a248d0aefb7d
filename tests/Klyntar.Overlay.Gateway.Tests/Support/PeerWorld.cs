using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A remote node that is published on two overlays, and what a gateway needs to reach it as a peer.</summary>
internal sealed class PeerWorld : IAsyncDisposable
{
    private readonly List<TestGateway> _gateways = [];

    public PeerWorld(bool nearIsUnconfirmed = false)
    {
        Near = new InMemoryOverlay(new InMemoryOptions
        {
            Capabilities = new TransportCapabilities { Isolation = true, SharedAddress = true, Publish = true, UnconfirmedDials = nearIsUnconfirmed },
        });
        NearTransport = new ScriptedTransport(Near.CreateTransport());
        FarTransport = new ScriptedTransport(Far.CreateTransport());
    }

    /// <summary>A port of every peer, which no program listens on.</summary>
    public int Port { get; } = FreePort.Next();

    public TestNode Node { get; } = new();

    public TestFolder Folder { get; } = new();

    public InMemoryOverlay Near { get; }

    public InMemoryOverlay Far { get; } = new(new InMemoryOptions { Name = "far", Suffix = ".far" });

    public ScriptedTransport NearTransport { get; private set; }

    public ScriptedTransport FarTransport { get; private set; }

    /// <summary>Publishes the node on an overlay, at <see cref="Port"/>, by a gateway of its own.</summary>
    /// <returns>Its address there.</returns>
    public async Task<string> PublishAsync(InMemoryOverlay overlay)
    {
        TestGateway gateway = await TestGateway.PublishAsync(overlay, Node.EndPoint, o => o with
        {
            Services = new Dictionary<string, ServiceOptions> { ["node"] = o.Services["node"] with { Ports = new Dictionary<int, EndPoint> { [Port] = Node.EndPoint } } },
        });
        _gateways.Add(gateway);
        return gateway.Address;
    }

    /// <summary>Starts a gateway with both transports.</summary>
    public async Task<TestGateway> StartAsync(GatewayOptions options, TimeProvider? clock = null)
    {
        TestGateway gateway = await TestGateway.StartAsync(NearTransport, options with { Socks = [TestGateway.AnyPort] }, clock, Folder, other: FarTransport);
        _gateways.Add(gateway);
        return gateway;
    }

    /// <summary>Makes the transports anew, for a gateway that is started again.</summary>
    public void Renew()
    {
        NearTransport = new ScriptedTransport(Near.CreateTransport());
        FarTransport = new ScriptedTransport(Far.CreateTransport());
    }

    /// <summary>Options with one peer.</summary>
    public GatewayOptions With(string name, PeerOptions peer) => new() { Peers = new Dictionary<string, PeerOptions> { [name] = peer } };

    /// <summary>A peer with these addresses, at <see cref="Port"/>.</summary>
    public PeerOptions Peer(params string[] addresses) => new() { Addresses = addresses, Ports = [Port] };

    /// <summary>Where a peer's door is.</summary>
    public IPEndPoint DoorOf(TestGateway gateway, string peer) =>
        new(IPAddress.Parse(gateway.Host.Status.Current.Peers.Single(p => p.Name == peer).Loopback), Port);

    /// <summary>Connects to a peer's door.</summary>
    public Task<Socket> ConnectAsync(TestGateway gateway, string peer) => TestSockets.ConnectAsync(DoorOf(gateway, peer));

    public async ValueTask DisposeAsync()
    {
        foreach (TestGateway gateway in Enumerable.Reverse(_gateways))
        {
            await gateway.DisposeAsync();
        }

        Node.Dispose();
        Folder.Dispose();
    }
}
