using System.Collections.Immutable;
using Klyntar.Overlay.Identities;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin's transport, of which each call is waited for only so long. What it throws passes through to <see cref="TransportHost"/>.</summary>
internal sealed class ContainedTransport : ITransport
{
    private readonly ITransport _inner;
    private readonly CallGuard _guard;
    private readonly TransportFaults _faults;
    private readonly TimeProvider _clock;

    /// <exception cref="TransportHangsException">It does not say what it is.</exception>
    public ContainedTransport(ITransport inner, TransportFaults faults, TimeProvider clock, Action<string?>? onHanging = null)
    {
        _inner = inner;
        _faults = faults;
        _clock = clock;
        _guard = new CallGuard(faults, clock) { OnHanging = onHanging };
        (Name, Capabilities, Suffixes, Status, Identities) = _guard.Call(
            nameof(ITransport),
            () => (inner.Name, inner.Capabilities, inner.Suffixes, inner.Status, inner.Identities is { } identities ? new ContainedIdentities(identities, _guard) : null));
    }

    public string Name { get; }

    public TransportCapabilities Capabilities { get; }

    public ImmutableArray<string> Suffixes { get; }

    // Whatever it promises: the thread that serves all sockets is not a plugin's to try it on.
    public bool NeverBlocks => false;

    public IStatus<TransportStatus> Status { get; }

    public IIdentityFormat? Identities { get; }

    public IClientKeys? ClientKeys => _inner.ClientKeys;

    public ImmutableArray<string> Notes => _guard.Call(nameof(Notes), () => _inner.Notes);

    public ParsedHost Parse(string host, int port) => _guard.Call(nameof(Parse), () => _inner.Parse(host, port));

    public ParsedHost Parse(string host, int port, string query) => _guard.Call(nameof(Parse), () => _inner.Parse(host, port, query));

    public ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition) => _guard.Call(nameof(EndPointsOf), () => _inner.EndPointsOf(definition));

    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken) => _guard.CallAsync(
        nameof(StartAsync),
        () => ToValue(_inner.StartAsync(context, cancellationToken)),
        CallGuard.AnswerLimit,
        () =>
        {
            _guard.OnHanging?.Invoke(nameof(StartAsync));
            return true;
        },
        _ => _guard.OnHanging?.Invoke(null),
        cancellationToken);

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        TimeSpan limit = request.Deadline is { IsSet: true, Remaining: var left } ? left + CallGuard.Grace : Timeout.InfiniteTimeSpan;
        DialResult result = await _guard.CallAsync(
            nameof(DialAsync),
            () => _inner.DialAsync(request, cancellationToken).AsTask(),
            limit,
            () => cancellationToken.IsCancellationRequested ? new DialError(DialErrorKind.Cancelled, Name) : new DialError(DialErrorKind.TimedOut, Name, "the transport did not keep to the deadline"),
            late => _ = late.Connection?.DisposeAsync().AsTask(),
            cancellationToken);
        return result.Connection is { } connection ? DialResult.FromConnectionContext(Contain(connection)) : result;
    }

    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        PublishResult result = await _guard.CallAsync(
            nameof(PublishAsync),
            () => _inner.PublishAsync(definition, cancellationToken).AsTask(),
            CallGuard.AnswerLimit,
            () => new PublishError(PublishErrorKind.Internal, $"{Name} does not answer whether it publishes {definition.Name}. Report it to the transport's author."),
            late => _ = late.Service?.DisposeAsync().AsTask(),
            cancellationToken);
        if (result.Service is not { } service)
        {
            return result;
        }

        try
        {
            return PublishResult.FromService(new ContainedService(service, _guard, _faults, Contain));
        }
        catch
        {
            _ = Task.Run(() => service.DisposeAsync().AsTask(), CancellationToken.None);
            throw;
        }
    }

    public async ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => await _guard.CallAsync(
        nameof(WarmAsync),
        () => ToValue(_inner.WarmAsync(endPoints, isolation, cancellationToken).AsTask()),
        CallGuard.AnswerLimit,
        () => true,
        onLate: null,
        cancellationToken);

    public async ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken) => await _guard.CallAsync(
        nameof(NewCircuitsAsync),
        () => _inner.NewCircuitsAsync(cancellationToken).AsTask(),
        CallGuard.AnswerLimit,
        () => new NewCircuitsResult(NewCircuitsOutcome.Internal, $"{Name} does not answer. Report it to the transport's author."),
        onLate: null,
        cancellationToken);

    // How long that may take, its host says.
    public ValueTask DisposeAsync() => new(Task.Run(() => _inner.DisposeAsync().AsTask()));

    private ConnectionContext Contain(ConnectionContext connection) => ContainedConnection.Of(connection, _guard, _faults, _clock);

    private static async Task<bool> ToValue(Task task)
    {
        await task;
        return true;
    }
}
