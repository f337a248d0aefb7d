using Klyntar.Overlay.Testing;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two Tor transports on the private network, each with a tor of its own, for tests that end neither.</summary>
public sealed class TorPair(PrivateTor network) : IAsyncLifetime
{
    private TransportPair? _pair;

    public TransportPair Pair => _pair!;

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        StartedTransport publisher = await StartAsync(network, cancelled);
        _pair = new TransportPair(publisher, await StartAsync(network, cancelled));
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }
    }

    internal static ITransport Create(PrivateTor network) => new TorTransportFactory().Create(new TorOptions { Torrc = network.Torrc });

    internal static Task<StartedTransport> StartAsync(PrivateTor network, CancellationToken cancellationToken) =>
        StartedTransport.StartAsync(Create(network), new TestTransportContext { Programs = network.Programs }, cancellationToken);
}
