using System.Net;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A node that a far gateway publishes on the private network, and a near gateway that a program asks for it.</summary>
public sealed class CorePlace(PrivateTor network, NpmPackages packages) : IAsyncLifetime
{
    private readonly string _repositories = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
    private TestGateway? _near;
    private TestGateway? _far;
    private NodeTarget? _node;

    internal TestGateway Near => _near!;

    internal NodeTarget Node => _node!;

    /// <summary>The node's name.</summary>
    internal string Onion => _far!.Onion("node");

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        try
        {
            _node = await NodeTarget.StartAsync(packages, _repositories, cancelled);
            Task<TestGateway> far = StartAsync(_node.Http.Port, _node.WebSocket.Port);
            _near = await StartAsync();
            _far = await far;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? owned in new IAsyncDisposable?[] { _near, _far, _node })
        {
            if (owned is not null)
            {
                await owned.DisposeAsync();
            }
        }

        Directory.Delete(_repositories, recursive: true);
    }

    /// <summary>A gateway on the private network that publishes a daemon's ports under KLYNTAR's own, or nothing.</summary>
    internal Task<TestGateway> StartAsync(int? http = null, int? webSocket = null, string? folder = null) => TestGateway.StartAsync(
        network.Torrc,
        network.Programs,
        http is null ? null : new Dictionary<string, IReadOnlyDictionary<int, EndPoint>>
        {
            ["node"] = new Dictionary<int, EndPoint> { [7332] = new IPEndPoint(IPAddress.Loopback, http.Value), [9999] = new IPEndPoint(IPAddress.Loopback, webSocket!.Value) },
        },
        folder,
        cancellationToken: TestContext.Current.CancellationToken);
}
