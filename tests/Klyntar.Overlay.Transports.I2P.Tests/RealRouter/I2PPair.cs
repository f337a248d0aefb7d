using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>Two I2P transports on one router, for tests that end neither.</summary>
public sealed class I2PPair(SoloRouter router) : IAsyncLifetime
{
    private TransportPair? _pair;

    public TransportPair Pair => _pair!;

    public async ValueTask InitializeAsync()
    {
        if (router.IsThere)
        {
            CancellationToken cancelled = TestContext.Current.CancellationToken;
            Task<StartedTransport> publisher = StartAsync(router, cancelled);
            _pair = new TransportPair(await publisher, await StartAsync(router, cancelled));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }
    }

    internal static Task<StartedTransport> StartAsync(SoloRouter router, CancellationToken cancellationToken) =>
        StartedTransport.StartAsync(new I2PTransport(router.Options), new TestTransportContext(), cancellationToken);
}
