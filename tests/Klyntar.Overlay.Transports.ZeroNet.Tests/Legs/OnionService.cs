using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A service under an onion's name.</summary>
internal sealed class OnionService(IPublishedService inner, string onion) : IPublishedService
{
    public ServiceDefinition Definition => inner.Definition;

    public ImmutableArray<OverlayEndPoint> EndPoints { get; } = [.. inner.EndPoints.Select(endPoint => new OnionEndPoint(onion, endPoint.Port))];

    public IStatus<ServiceStatus> Status => inner.Status;

    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => inner.AcceptAsync(cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => inner.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class OnionEndPoint(string host, int port) : OverlayEndPoint("tor", host, port);
}
