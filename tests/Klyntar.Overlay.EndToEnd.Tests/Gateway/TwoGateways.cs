using System.Net;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two gateways on the private network for tests that end neither: one publishes, and both are dialled through.</summary>
public sealed class TwoGateways(PrivateTor network) : IAsyncLifetime
{
    private TestGateway? _server;
    private TestGateway? _client;

    internal TestGateway Server => _server!;

    internal TestGateway Client => _client!;

    internal DemoNode Node { get; private set; } = null!;

    internal DemoNode OtherNode { get; private set; } = null!;

    internal Target Target { get; } = new();

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Node = await DemoNode.StartAsync("node", cancelled);
        OtherNode = await DemoNode.StartAsync("other node", cancelled);
        Task<TestGateway> client = TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            new Dictionary<string, IReadOnlyDictionary<int, EndPoint>>
            {
                ["mirror"] = new Dictionary<int, EndPoint> { [80] = OtherNode.EndPoint },
            },
            cancellationToken: cancelled);
        _server = await TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            new Dictionary<string, IReadOnlyDictionary<int, EndPoint>>
            {
                ["node"] = new Dictionary<int, EndPoint> { [80] = Node.EndPoint },
                ["other"] = new Dictionary<int, EndPoint> { [80] = OtherNode.EndPoint },
                ["many"] = new Dictionary<int, EndPoint> { [80] = Node.EndPoint, [8080] = OtherNode.EndPoint, [7] = Target.EndPoint },
            },
            cancellationToken: cancelled);
        _client = await client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? owned in new IAsyncDisposable?[] { _client, _server, Node, OtherNode })
        {
            if (owned is not null)
            {
                await owned.DisposeAsync();
            }
        }

        Target.Dispose();
    }
}
