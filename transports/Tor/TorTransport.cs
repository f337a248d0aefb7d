using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Dials and publishes onion services through a tor of its own, or one that runs already.</summary>
internal sealed partial class TorTransport : ITransport
{
    private readonly TorOptions _options;
    private readonly TorStatus _status = new();
    private readonly TorGate _gate = new();
    private readonly TransportLife<SessionParts> _life;
    private readonly TorClientKeys _clientKeys;
    private ClientKeyring? _keyring;
    private TorControlConnection? _control;
    private DescriptorPrefetch? _prefetch;
    private CircuitRenewal? _renewal;
    private Task _running = Task.CompletedTask;

    public TorTransport(TorOptions options)
    {
        _options = options;
        _life = new TransportLife<SessionParts>(Name, _status.Complete);
        _clientKeys = new TorClientKeys(options.ClientAuth);
        Capabilities = new TransportCapabilities
        {
            // An END cell closes both directions, so a FIN takes the answer with it (tor-spec, section 6.3).
            HalfClose = false,
            Reset = false,
            Isolation = true,
            SharedAddress = true,

            // By SETCONF, for which an external tor is not ours.
            VisitorIdentity = options.Control is null,
            Publish = true,
        };
    }

    /// <summary>Whether tor is reached over Unix sockets, as it is wherever it has them.</summary>
    public bool UsesUnixSockets { get; init; } = !OperatingSystem.IsWindows();

    public string Name => TorEndPoint.OverlayName;

    public TransportCapabilities Capabilities { get; }

    public bool NeverBlocks => true;

    public IStatus<TransportStatus> Status => _status.Status;

    public IIdentityFormat Identities => TorIdentityFormat.Instance;

    public IClientKeys ClientKeys => _clientKeys;

    public ImmutableArray<string> Notes =>
        _life.Current is { } parts ? ClientKeyNotes.Of(parts.Keyring, parts.Dialer.Verdicts) : [];

    public ImmutableArray<string> Suffixes => [OnionAddress.Suffix];

    public ParsedHost Parse(string host, int port) => TorEndPoint.Parse(host, port);

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

    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _life.Current is { } parts && !cancellationToken.IsCancellationRequested
            ? await parts.Publisher.PublishAsync(definition)
            : _life.Refuse(definition, cancellationToken);
    }

    // Tor builds spare circuits by itself; more than the descriptor would show at the other side as a connection.
    public async ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endPoints);
        if (_gate.IsOpen && Volatile.Read(ref _prefetch) is { } prefetch)
        {
            try
            {
                await prefetch.RunAsync(endPoints, cancellationToken);
            }
            catch (Exception e) when (e is ControlException or OperationCanceledException)
            {
                // A hint fails in silence.
            }
        }
    }

    public async ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        if (_gate.IsOpen && Volatile.Read(ref _renewal) is { } renewal)
        {
            try
            {
                return await renewal.RunAsync(cancellationToken);
            }
            catch (ControlException)
            {
                // What comes after it builds all its circuits anew.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return new NewCircuitsResult(NewCircuitsOutcome.Cancelled, "The wish for new circuits was given up.");
            }
        }

        return new NewCircuitsResult(NewCircuitsOutcome.NotReady, "Tor is not ready. Ask again when 'klyntar-overlay status' says that it is.");
    }

    public ValueTask DisposeAsync()
    {
        // Dials that wait for tor give up first.
        _gate.End();
        return new ValueTask(_life.EndAsync(() => _running));
    }

    private async Task<SessionParts> BeginAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ILogger logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.Tor");
        SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
        if (_options.CheckControl().FirstOrDefault() is { } problem)
        {
            throw new OverlayException($"The configuration of the Tor transport is not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
        }

        var keyring = ClientKeyring.Load(_clientKeys, context);
        Volatile.Write(ref _keyring, keyring);
        _status.OnStarting("looking for tor");
        ITorSource tor = _options.Control is null
            ? await ManagedTor.PrepareAsync(_options, UsesUnixSockets, engine, context, cancellationToken)
            : new ExternalTor(_options, engine, context);
        _status.OnStarting(_options.Control is null ? "starting tor" : "connecting to tor");
        TorPublisher publisher = new(new TorServiceBuilder(tor.Doors), context.Clock, logger) { OnReconfigured = (control, ct) => GiveKeysAsync(keyring, control, ct) };
        TorDialer dialer = new(_gate, engine, context.Clock, _options, GiveKeyAsync);
        TorMetrics metrics = new(context.Features.Get<IMeterFactory>(), context.Clock);
        SessionParts parts = new(publisher, keyring, dialer, metrics, context.Clock, logger);
        _running = RunAsync(tor, parts);
        return parts;
    }

    private async Task RunAsync(ITorSource tor, SessionParts parts)
    {
        using (tor)
        using (parts.Metrics)
        {
            await _life.RunAsync(over => tor.RunAsync((session, ended) => ServeAsync(session, parts, ended), OnInterrupted, over), parts.Logger);
            _gate.End();
            await parts.Publisher.EndAsync();
        }

        void OnInterrupted(string why)
        {
            _gate.Close();
            _status.OnInterrupted(why);
            parts.Publisher.OnInterrupted(why);
        }
    }

    private async Task ServeAsync(TorSession session, SessionParts parts, CancellationToken ended)
    {
        (TorPublisher publisher, ClientKeyring keyring, TorDialer dialer, TorMetrics metrics, TimeProvider clock, ILogger logger) = parts;
        // Before any dial goes through: tor keeps these keys no longer than it lives.
        await GiveKeysAsync(keyring, session.Control, ended);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended);
        Volatile.Write(ref _control, session.Control);
        DescriptorPrefetch prefetch = new(session.Control, clock);
        NetworkProbe probe = new(session.Control, () => _gate.IsOpen, clock, _status.OnStalled);
        MetricEvents metricEvents = new(session, metrics, logger);
        await metricEvents.AdjustAsync(ended);
        Volatile.Write(ref _prefetch, prefetch);
        Volatile.Write(ref _renewal, new CircuitRenewal(session.Control, dialer, prefetch, probe));

        // Alone in that it may end before the session.
        Task probing = session.Traits.TellsDescriptors ? probe.RunAsync(either.Token) : Task.CompletedTask;
        Task[] work =
        [
            ReadEventsAsync(session, publisher, probe, metrics, clock, either.Token),
            publisher.ServeAsync(session.Control, session.Traits, either.Token),
            new TorHeartbeat(session.Control, clock, logger) { OnBeat = metricEvents.AdjustAsync }.RunAsync(either.Token),
        ];
        await Task.WhenAny(work);
        await either.CancelAsync();
        try
        {
            await Task.WhenAll([probing, .. work]);
        }
        finally
        {
            _gate.Close();
            Volatile.Write(ref _control, null);
            Volatile.Write(ref _prefetch, null);
            Volatile.Write(ref _renewal, null);
            metrics.Forget();
        }
    }

    private async Task GiveKeysAsync(ClientKeyring keyring, TorControlConnection control, CancellationToken cancellationToken) =>
        _status.OnClientKeys(await keyring.GiveAsync(control, cancellationToken));

    private async ValueTask<bool> GiveKeyAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return Volatile.Read(ref _control) is { } control && Volatile.Read(ref _keyring) is { } keyring && await keyring.GiveAgainAsync(control, host, cancellationToken);
        }
        catch (ControlException)
        {
            // The next session begins with all keys.
            return false;
        }
    }

    private async Task ReadEventsAsync(TorSession session, TorPublisher publisher, NetworkProbe probe, TorMetrics metrics, TimeProvider clock, CancellationToken cancellationToken)
    {
        var budget = new StatusBudget(clock);
        using var plugins = new TransportPlugins(session.Plugins, clock, _status.OnPlugins);
        using var bridges = new BridgeWatch(session.Bridges, clock, _status.OnBridges);
        await OnPhaseAsync(session.Phase);
        while (await session.Control.NextEventAsync(cancellationToken) is { } message)
        {
            if (HsDescEvent.TryParse(message) is { } descriptor)
            {
                probe.OnDescriptor(descriptor);
                publisher.OnDescriptor(descriptor);
            }
            else if (StatusEvent.TryParse(message) is { } status)
            {
                budget.Spend();
                await OnStatusAsync(status);
            }
            else if (TransportLaunchedEvent.TryParse(message) is { } launched)
            {
                plugins.OnLaunched(launched);
            }
            else if (CircuitEvent.TryParse(message) is { } circuit)
            {
                metrics.OnCircuit(circuit);
            }
            else if (StreamEvent.TryParse(message) is { } stream)
            {
                metrics.OnStream(stream);
            }
        }

        throw new ControlException(await session.Control.Ended);

        async ValueTask OnStatusAsync(StatusEvent status)
        {
            switch (status.Action)
            {
                case "BOOTSTRAP" when BootstrapPhase.From(status.Arguments) is { } phase:
                    await OnPhaseAsync(phase);
                    break;
                case "CLOCK_SKEW" when status.ClockSkew is { } skew:
                    _status.OnClockSkew(skew);
                    break;
                case "CIRCUIT_ESTABLISHED":
                    _status.OnCircuits(null);
                    break;
                case "CIRCUIT_NOT_ESTABLISHED":
                    _status.OnCircuits(status.Arguments["REASON"] ?? "no reason given");
                    break;
            }
        }

        async ValueTask OnPhaseAsync(BootstrapPhase phase)
        {
            // Whoever reads "ready" may dial.
            if (phase.IsDone)
            {
                _gate.Open(await session.FindSocksAsync(cancellationToken));
                session.OnWorking();
            }

            bridges.OnPhase(phase);
            _status.OnPhase(phase);
        }
    }

    /// <summary>What all sessions have in common.</summary>
    private sealed record SessionParts(TorPublisher Publisher, ClientKeyring Keyring, TorDialer Dialer, TorMetrics Metrics, TimeProvider Clock, ILogger Logger);
}
