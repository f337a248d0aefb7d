using System.Collections.Immutable;
using System.Threading.Channels;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A service on another overlay, as the test says.</summary>
internal sealed class FakePublishedService(ServiceDefinition definition) : IPublishedService
{
    public ServiceDefinition Definition => definition;

    public ImmutableArray<OverlayEndPoint> EndPoints { get; } = [new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, definition.Ports[0])];

    public StatusSource<ServiceStatus> Says { get; } = new(new ServiceStatus.Publishing("descriptors"));

    public Channel<Visitor> Visitors { get; } = Channel.CreateUnbounded<Visitor>();

    public bool IsDisposed { get; private set; }

    IStatus<ServiceStatus> IPublishedService.Status => Says;

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await Visitors.Reader.WaitToReadAsync(cancellationToken) ? await Visitors.Reader.ReadAsync(cancellationToken) : null;

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
