using System.Collections.Immutable;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Dials through SOCKS5 servers (RFC 1928) that somebody else runs. It publishes nothing: SOCKS has no lasting way to.</summary>
internal sealed class SocksTransport : ITransport
{
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly SocksUpstream[] _upstreams;
    private readonly SocksRoutes _routes;
    private readonly TimeSpan _dialTimeout;

    // Given at the start, for which dials may wait; null once the transport has ended without one.
    private readonly TaskCompletionSource<(SocketEngine Engine, TimeProvider Clock)?> _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _watching = Task.CompletedTask;
    private Task? _ending;

    public SocksTransport(SocksOptions options)
    {
        _upstreams = [.. options.Upstreams.Select(u => new SocksUpstream(u.Key, u.Value))];
        _routes = new SocksRoutes(_upstreams);
        _dialTimeout = options.DialTimeout;
        Suffixes = [.. options.Upstreams.Values.SelectMany(u => u.Suffixes)];

        // What is declared must hold for every connection, whichever server it takes.
        Capabilities = new TransportCapabilities
        {
            HalfClose = _upstreams.All(u => u.Options.HalfClose),
            Isolation = _upstreams.All(u => u.Options.Isolation),
            UnconfirmedDials = _upstreams.Any(u => u.Options.Unconfirmed),
            SharedAddress = true,
        };
    }

    public string Name => SocksEndPoint.OverlayName;

    public TransportCapabilities Capabilities { get; }

    public bool NeverBlocks => true;

    public IStatus<TransportStatus> Status => _status;

    public IIdentityFormat? Identities => null;

    public ImmutableArray<string> Suffixes { get; }

    public ParsedHost Parse(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _routes.Parse(host, port);
    }

    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (SocksUpstream upstream in _upstreams)
        {
            upstream.ReadPassword();
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ending is not null, this);
            SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
            if (!_start.TrySetResult((engine, context.Clock)))
            {
                throw new InvalidOperationException("A transport is started once.");
            }

            _status.Set(new TransportStatus.Starting(0, "asking the SOCKS servers whether they are there"));
            _watching = new UpstreamWatch(_upstreams, _status, engine, context.Clock, context.Loggers.CreateLogger(typeof(SocksTransport).FullName!)).RunAsync(_life.Token);
        }

        return Task.CompletedTask;
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not SocksEndPoint endPoint || _routes.Find(endPoint) is not { } upstream)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        CancellationToken life;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return Error(DialErrorKind.TransportFailed);
            }

            life = _life.Token;
        }

        using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, life);
        try
        {
            wait.Token.ThrowIfCancellationRequested();
            if (await _start.Task.WaitAsync(wait.Token) is not { } start)
            {
                return Error(DialErrorKind.TransportFailed);
            }

            using CancellationTokenSource most = Deadline.After(_dialTimeout, start.Clock).CreateLinkedSource(wait.Token);
            return await upstream.DialAsync(start.Engine, endPoint, request.Isolation, most.Token);
        }
        catch (OperationCanceledException)
        {
            return Error(
                cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled
                : life.IsCancellationRequested ? DialErrorKind.TransportFailed
                : _status.Current.IsReady ? DialErrorKind.TimedOut
                : DialErrorKind.TransportNotReady);
        }
    }

    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new(new PublishError(PublishErrorKind.NotSupported, $"Service '{definition.Name}' cannot be published on {Name}, which only dials. Publish it on another overlay."));
    }

    // A circuit is the server's own affair, and a connection that waits would be closed by many.
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        if (!Capabilities.Isolation)
        {
            return new(new NewCircuitsResult(NewCircuitsOutcome.NotSupported, "Not every upstream keeps users apart, as \"isolation\" would say."));
        }

        lock (_gate)
        {
            if (!_start.Task.IsCompleted || _ending is not null)
            {
                return new(new NewCircuitsResult(NewCircuitsOutcome.NotReady, $"The {Name} transport is not running."));
            }
        }

        foreach (SocksUpstream upstream in _upstreams)
        {
            upstream.LeaveCircuits();
        }

        return new(NewCircuitsResult.Done);
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ending ??= EndAsync();
        }

        return new ValueTask(_ending);
    }

    private DialError Error(DialErrorKind kind) => new(kind, Name);

    private async Task EndAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        await _life.CancelAsync();
        _start.TrySetResult(null);
        await _watching;
        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }
}
