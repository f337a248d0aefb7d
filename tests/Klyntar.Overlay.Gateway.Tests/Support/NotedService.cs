using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A service that a test has something to say about.</summary>
internal sealed class NotedService(IPublishedService inner, Func<ImmutableArray<string>> notes) : IPublishedService
{
    public ServiceDefinition Definition => inner.Definition;

    public ImmutableArray<OverlayEndPoint> EndPoints => inner.EndPoints;

    public IStatus<ServiceStatus> Status => inner.Status;

    public ImmutableArray<string> Notes => notes();

    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => inner.AcceptAsync(cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => inner.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
