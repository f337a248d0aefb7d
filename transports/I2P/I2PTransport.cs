using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Processes;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Dials and publishes I2P destinations over a router's SAM bridge.</summary>
internal sealed partial class I2PTransport : ITransport
{
    private readonly I2POptions _options;
    private readonly I2PStatus _status = new();
    private readonly RouterGate _gate = new();
    private readonly TransportLife<I2PParts> _life;
    private IStatus<RouterProgress>? _progress;
    private I2PMetrics? _metrics;
    private string? _lacks;
    private Task _running = Task.CompletedTask;

    public I2PTransport(I2POptions options)
    {
        _options = options;
        _life = new TransportLife<I2PParts>(Name, _status.Complete);
        Capabilities = new TransportCapabilities
        {
            // SAM ends both directions at the first FIN, and the answer is lost.
            HalfClose = false,
            Reset = false,
            Isolation = true,

            // i2pd takes ports, and ignores them.
            SharedAddress = options.OneDestination,
            VisitorIdentity = true,
            DialAs = true,

            // A router consents as soon as it knows a lease set.
            UnconfirmedDials = true,

            // i2pd 2.45 takes all that comes.
            UnboundedBuffers = true,
            Publish = true,
        };
    }

    public string Name => I2PEndPoint.OverlayName;

    public TransportCapabilities Capabilities { get; }

    public bool NeverBlocks => true;

    public IStatus<TransportStatus> Status => _status.Status;

    public ImmutableArray<string> Notes =>
        [.. new[] { Volatile.Read(ref _progress)?.Current.Numbers, Volatile.Read(ref _lacks) }.OfType<string>()];

    public IIdentityFormat Identities => I2PIdentityFormat.Instance;

    public ImmutableArray<string> Suffixes => [I2PHost.Suffix];

    public ParsedHost Parse(string host, int port) => I2PEndPoint.Parse(host, port);

    public ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return ServiceAddress.EndPoints(ServiceAddress.AllOf(definition, _options.OneDestination));
    }

    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return _life.StartAsync(either => BeginAsync(context, either), cancellationToken);
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await _life.WaitAsync(request, cancellationToken) is { } parts
            ? await parts.Dialer.DialAsync(request, cancellationToken)
            : _life.Refuse(cancellationToken);
    }

    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return ValueTask.FromResult(_life.Current is { } parts && !cancellationToken.IsCancellationRequested
            ? parts.Publisher.Publish(definition)
            : _life.Refuse(definition, cancellationToken));
    }

    // A session takes seconds; the lease set of a destination far fewer, and only a connection would fetch it.
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endPoints);
        if (endPoints.Any(static endPoint => endPoint is I2PEndPoint) && !cancellationToken.IsCancellationRequested)
        {
            _gate.Current?.Get(isolation);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        if (_gate.Current is not { } sessions)
        {
            return ValueTask.FromResult(new NewCircuitsResult(NewCircuitsOutcome.NotReady, "I2P is not ready. Ask again when 'klyntar-overlay status' says that it is."));
        }

        sessions.LeaveAll();
        return ValueTask.FromResult(NewCircuitsResult.Done);
    }

    public ValueTask DisposeAsync()
    {
        // Dials that wait for a router give up first.
        _gate.End();
        return new ValueTask(_life.EndAsync(EndAsync));
    }

    /// <summary>The session that a connection was dialled over, by its address; null where it is none of ours.</summary>
    internal string? SessionOf(ConnectionContext connection) => _gate.Current?.Find(connection)?.Session.Result.Key.Destination.Host;

    private async Task<I2PParts> BeginAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ILogger logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.I2P");
        SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
        if (_options.Validate(new ValidationContext(_options)).FirstOrDefault() is { } problem)
        {
            throw new OverlayException($"The configuration of the I2P transport is not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
        }

        HostList? names = _options.HostList is { } path ? HostList.Open(path, logger) : null;
        _status.OnStarting("looking for a router");
        IRouterSource router = _options.Sam is not null
            ? new ExternalRouter(_options, engine, context)
            : await ManagedI2pd.PrepareAsync(new I2pdSettings(_options.Program, _options.I2pdConf), engine, context, cancellationToken);
        _status.OnStarting(_options.Sam is not null ? "connecting to the router" : "starting i2pd");
        I2PMetrics metrics = _metrics = new(context.Features.Get<IMeterFactory>());
        I2PPublisher publisher = new(_options, context.Clock, metrics, logger);
        _running = RunAsync(router, publisher, engine, context.Clock, logger);
        return new I2PParts(new I2PDialer(_gate, context.Clock, _options, publisher, names, metrics), publisher);
    }

    private async Task RunAsync(IRouterSource router, I2PPublisher publisher, SocketEngine engine, TimeProvider clock, ILogger logger)
    {
        using (router)
        {
            await _life.RunAsync(over => router.RunAsync((run, ended) => ServeAsync(run, publisher, engine, clock, logger, ended), OnInterrupted, over), logger);
            _gate.End();
            await publisher.EndAsync();
        }

        void OnInterrupted(string why)
        {
            _gate.Close();
            _status.OnInterrupted(why);
            publisher.OnInterrupted(why);
        }
    }

    private async Task ServeAsync(RouterRun run, I2PPublisher publisher, SocketEngine engine, TimeProvider clock, ILogger logger, CancellationToken ended)
    {
        Note(run, logger);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var bridge = new SamBridge(engine, run.Sam, new SamConnectionOptions { Clock = clock, Credentials = run.Credentials });
        await using var ahead = new GreetedAhead(bridge.GreetAsync, clock);
        bridge.Ahead = ahead;
        await using var sessions = new DiallingSessions(bridge, _options, _metrics!, logger);
        _status.OnRouter();
        _gate.Open(sessions);
        Task[] work =
        [
            sessions.RunAsync(either.Token),
            publisher.ServeAsync(bridge, run.IsNew, either.Token),
            KeepSharedAsync(run, sessions, clock, logger, either.Token),
        ];
        Volatile.Write(ref _progress, run.Progress);
        Task following = run.Progress is { } progress ? FollowAsync(progress, either.Token) : Task.CompletedTask;
        await Task.WhenAny(work);
        _gate.Close();
        Volatile.Write(ref _progress, null);
        await either.CancelAsync();
        await following;
        await Task.WhenAll(work);
    }

    private void Note(RouterRun run, ILogger logger)
    {
        _metrics!.OnRun();
        if (_options.OneDestination && run.SamVersion < SamVersions.Extended)
        {
            throw new OverlayException($"The router speaks SAM {run.SamVersion}, which carries no ports, so that a service's ports cannot have one address. Remove transports.i2p.oneDestination, or use a router with SAM 3.2.");
        }

        // Said once, and again when another router lacks other things.
        string? lacks = SamVersions.Lacks(run.SamVersion, run.Credentials is not null);
        if (Interlocked.Exchange(ref _lacks, lacks) != lacks && lacks is not null)
        {
            Log.Lacks(logger, lacks);
        }
    }

    private async Task FollowAsync(IStatus<RouterProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (RouterProgress step in progress.WatchAsync(cancellationToken))
            {
                _status.OnProgress(step);
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    /// <summary>Keeps the session of dials that ask for no isolation, by which the transport's status goes.</summary>
    private Task KeepSharedAsync(RouterRun run, DiallingSessions sessions, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        var loop = new RestartLoop(new RestartBackOff { First = TimeSpan.FromSeconds(1) }, logger)
        {
            Clock = clock,
            OnInterrupted = interruption => _status.OnInterrupted(interruption.Why),
        };
        return loop.RunAsync(KeepAsync, cancellationToken);

        async Task KeepAsync(CancellationToken stop)
        {
            while (true)
            {
                if (sessions.Get(IsolationKey.Shared) is not { } shared)
                {
                    throw new OverlayException($"All {_options.MaxSessions} sessions are in use. Raise transports.i2p.maxSessions.");
                }

                SamSession session = await shared.Session.WaitAsync(stop);
                await Task.WhenAny(session.Ready, session.Ended, shared.Left).WaitAsync(stop);
                if (session.Ready.IsCompletedSuccessfully)
                {
                    loop.OnWorking();
                    run.OnWorking();
                    _status.OnReady();
                }

                // One that was left is followed by another at once, and not when its last connection has ended: dials should not wait for it.
                await Task.WhenAny(session.Ended, shared.Left).WaitAsync(stop);
                if (!shared.Left.IsCompleted && await session.Ended is { } why)
                {
                    throw why;
                }
            }
        }
    }

    private async Task EndAsync()
    {
        await _running;
        _metrics?.Dispose();
    }

    /// <summary>What the start makes.</summary>
    private sealed record I2PParts(I2PDialer Dialer, I2PPublisher Publisher);
}
