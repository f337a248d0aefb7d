using System.Collections.Immutable;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Dials through SOCKS5 servers (RFC 1928) that somebody else runs. It publishes nothing: SOCKS has no lasting way to.</summary>
internal sealed class SocksTransport : ITransport
{
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly TransportLife<Running> _life;
    private readonly SocksUpstream[] _upstreams;
    private readonly SocksRoutes _routes;
    private readonly TimeSpan _dialTimeout;
    private Task _watching = Task.CompletedTask;

    public SocksTransport(SocksOptions options)
    {
        _life = new TransportLife<Running>(Name, _status.Complete);
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
        return _life.StartAsync(_ => Task.FromResult(Begin(context)), cancellationToken);
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not SocksEndPoint endPoint || _routes.Find(endPoint) is not { } upstream)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        try
        {
            if (await _life.WaitAsync(request, cancellationToken) is not { } running)
            {
                return _life.Refuse(cancellationToken);
            }

            using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, _life.Over);
            using CancellationTokenSource most = Deadline.After(_dialTimeout, running.Clock).CreateLinkedSource(wait.Token);
            return await upstream.DialAsync(running.Engine, endPoint, request.Isolation, most.Token);
        }
        catch (OperationCanceledException)
        {
            DialError refusal = _life.Refuse(cancellationToken);
            return refusal.Kind == DialErrorKind.TimedOut && !_status.Current.IsReady ? Error(DialErrorKind.TransportNotReady) : refusal;
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

        if (_life.Current is null)
        {
            return new(new NewCircuitsResult(NewCircuitsOutcome.NotReady, $"The {Name} transport is not running."));
        }

        foreach (SocksUpstream upstream in _upstreams)
        {
            upstream.LeaveCircuits();
        }

        return new(NewCircuitsResult.Done);
    }

    public ValueTask DisposeAsync() => new(_life.EndAsync(() => _watching));

    private Running Begin(ITransportContext context)
    {
        foreach (SocksUpstream upstream in _upstreams)
        {
            upstream.ReadPassword();
        }

        SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
        _status.Set(new TransportStatus.Starting(0, "asking the SOCKS servers whether they are there"));
        _watching = new UpstreamWatch(_upstreams, _status, engine, context.Clock, context.Loggers.CreateLogger(typeof(SocksTransport).FullName!)).RunAsync(_life.Over);
        return new Running(engine, context.Clock);
    }

    private DialError Error(DialErrorKind kind) => new(kind, Name);

    /// <summary>What the start made.</summary>
    private sealed record Running(SocketEngine Engine, TimeProvider Clock);
}
