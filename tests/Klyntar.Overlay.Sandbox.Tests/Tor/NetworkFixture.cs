namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Tests that run networks, one after the other: each is a load of its own.</summary>
[CollectionDefinition(Name)]
public sealed class Networks : ICollectionFixture<NetworkFixture>
{
    public const string Name = "networks";
}

/// <summary>One network and one client for all tests that change nothing of either.</summary>
public sealed class NetworkFixture : IAsyncLifetime
{
    private readonly List<SandboxStage> _reported = [];
    private PrivateTorNetwork? _network;
    private PlainTorClient? _client;

    public PrivateTorNetwork Network => _network ?? throw new InvalidOperationException("The network is not up.");

    public PlainTorClient Client => _client ?? throw new InvalidOperationException("The network is not up.");

    public IReadOnlyList<SandboxStage> Reported => _reported;

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        _network = await PrivateTorNetwork.StartAsync(Options with { Progress = new Reporter(_reported) }, cancelled);
        _client = await _network.StartClientAsync(cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        if (_network is not null)
        {
            await _network.DisposeAsync();
        }
    }

    internal static PrivateTorNetworkOptions Options => new() { Programs = TorProgram.Programs, TorPath = TorProgram.ConfiguredPath };

    // Progress<T> would report on the pool, out of order.
    private sealed class Reporter(List<SandboxStage> reported) : IProgress<SandboxStage>
    {
        public void Report(SandboxStage value) => reported.Add(value);
    }
}
