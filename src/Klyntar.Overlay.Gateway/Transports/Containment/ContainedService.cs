using System.Collections.Immutable;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A service that a plugin publishes. Its calls run on threads of the pool, where one that blocks holds up nobody; how long the gateway waits for its end, <see cref="EndTime"/> says.</summary>
internal sealed class ContainedService : IPublishedService
{
    private readonly IPublishedService _inner;
    private readonly CallGuard _guard;
    private readonly TransportFaults _faults;
    private readonly Func<ConnectionContext, ConnectionContext> _contain;
    private ImmutableArray<string> _notes = [];

    /// <exception cref="TransportHangsException">It does not say what it is.</exception>
    public ContainedService(IPublishedService inner, CallGuard guard, TransportFaults faults, Func<ConnectionContext, ConnectionContext> contain)
    {
        (_inner, _guard, _faults, _contain) = (inner, guard, faults, contain);

        // Asked once: visitors come while a later call of the plugin's hangs.
        (Definition, EndPoints, Status) = guard.Call(nameof(IPublishedService), () => (inner.Definition, inner.EndPoints, inner.Status));
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status { get; }

    /// <summary>What it notes; while it hangs or throws, what it noted before.</summary>
    public ImmutableArray<string> Notes
    {
        get
        {
            try
            {
                _notes = _guard.Call(nameof(Notes), () => _inner.Notes) is { IsDefault: false } notes ? notes : [];
            }
            catch (Exception e)
            {
                _faults.Threw(nameof(Notes), e);
            }

            return _notes;
        }
    }

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await Task.Run(() => _inner.AcceptAsync(cancellationToken).AsTask(), CancellationToken.None) is { } visitor ? visitor with { Connection = _contain(visitor.Connection) } : null;

    public async ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => await _guard.CallAsync(
        nameof(ExpelAsync),
        () => _inner.ExpelAsync(identity, cancellationToken).AsTask(),
        CallGuard.AnswerLimit,
        () => false,
        onLate: null,
        cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => new(Task.Run(() => _inner.StopAsync(cancellationToken).AsTask(), CancellationToken.None));

    public ValueTask DisposeAsync() => new(Task.Run(() => _inner.DisposeAsync().AsTask()));
}
