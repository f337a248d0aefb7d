using System.Collections.Immutable;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Sandbox;

[assembly: AssemblyFixture(typeof(Klyntar.Overlay.EndToEnd.Tests.PrivateTor))]

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>One private Tor network for all tests, with a bare client as an independent observer.</summary>
public sealed class PrivateTor : IAsyncLifetime
{
    private PrivateTorNetwork? _network;
    private PlainTorClient? _client;

    /// <summary>The lines that join a gateway to the network.</summary>
    public ImmutableArray<string> Torrc => _network!.ClientTorrc;

    /// <summary>A bare tor on the network.</summary>
    public PlainTorClient Client => _client!;

    /// <summary>The tor that the network runs, for whoever needs one of its own.</summary>
    public HelperProgram Program => _network!.Program;

    /// <summary>The tor that the variable <c>KLYNTAR_OVERLAY_TOR</c> names, to be used in place of looking for one; or null.</summary>
    public string? GivenPath { get; } = Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_TOR") is { Length: > 0 } path ? path : null;

    /// <summary>Starts a bridge of the network.</summary>
    public async Task<TorBridge> StartBridgeAsync(CancellationToken cancellationToken) =>
        await _network!.StartBridgeAsync(await new HelperPrograms(new HelperProgramOptions()).FindAsync("obfs4proxy", null, cancellationToken), cancellationToken);

    /// <summary>Finds tor as the gateway does.</summary>
    public IHelperPrograms Programs { get; }

    public PrivateTor() => Programs = GivenPath is null
        ? new HelperPrograms(new HelperProgramOptions())
        : new OneProgram(new HelperProgram(GivenPath, "KLYNTAR_OVERLAY_TOR"));

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        _network = await PrivateTorNetwork.StartAsync(new PrivateTorNetworkOptions { Programs = Programs }, cancelled);
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
}
