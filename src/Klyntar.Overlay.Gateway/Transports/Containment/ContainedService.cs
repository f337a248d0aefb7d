using System.Collections.Immutable;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A service that a plugin publishes. Its calls run on threads of the pool, where one that blocks holds up nobody; how long the gateway waits for its end, <see cref="EndTime"/> says.</summary>
internal sealed class ContainedService(IPublishedService inner, CallGuard guard, Func<ConnectionContext, ConnectionContext> contain) : IPublishedService
{
    public ServiceDefinition Definition => inner.Definition;

    public ImmutableArray<OverlayEndPoint> EndPoints => guard.Call(nameof(EndPoints), () => inner.EndPoints);

    public IStatus<ServiceStatus> Status => inner.Status;

    public ImmutableArray<string> Notes => guard.Call(nameof(Notes), () => inner.Notes);

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await Task.Run(() => inner.AcceptAsync(cancellationToken).AsTask(), CancellationToken.None) is { } visitor ? visitor with { Connection = contain(visitor.Connection) } : null;

    public async ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => await guard.CallAsync(
        nameof(ExpelAsync),
        () => inner.ExpelAsync(identity, cancellationToken).AsTask(),
        CallGuard.AnswerLimit,
        () => false,
        onLate: null,
        cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => new(Task.Run(() => inner.StopAsync(cancellationToken).AsTask(), CancellationToken.None));

    public ValueTask DisposeAsync() => new(Task.Run(() => inner.DisposeAsync().AsTask()));
}
