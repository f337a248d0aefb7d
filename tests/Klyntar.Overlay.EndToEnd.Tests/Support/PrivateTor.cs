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

    /// <summary>Finds tor as the gateway does. <c>KLYNTAR_OVERLAY_TOR</c> names one in place of looking for it.</summary>
    public IHelperPrograms Programs { get; } = Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_TOR") is { Length: > 0 } path
        ? new OneProgram(new HelperProgram(path, "KLYNTAR_OVERLAY_TOR"))
        : new HelperPrograms(new HelperProgramOptions());

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

    private sealed class OneProgram(HelperProgram program) : IHelperPrograms
    {
        public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) => ValueTask.FromResult(program);
    }
}
