using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Two transports with a program each, for tests that end neither.</summary>
public sealed class PluggablePair(RealObfs4 obfs4) : IAsyncLifetime
{
    private TransportPair? _pair;

    public TransportPair Pair => _pair!;

    internal static PluggableOptions OnLoopback { get; } = new() { AllowPrivate = true };

    public async ValueTask InitializeAsync()
    {
        if (obfs4.IsThere)
        {
            CancellationToken cancelled = TestContext.Current.CancellationToken;
            StartedTransport publisher = await StartAsync(obfs4, cancelled);
            _pair = new TransportPair(publisher, await StartAsync(obfs4, cancelled));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }
    }

    internal static Task<StartedTransport> StartAsync(RealObfs4 obfs4, CancellationToken cancellationToken, PluggableOptions? options = null) =>
        StartedTransport.StartAsync(new PluggableTransport(options ?? OnLoopback), new TestTransportContext { Programs = obfs4.Programs }, cancellationToken);
}
