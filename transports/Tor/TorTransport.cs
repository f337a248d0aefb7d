using System.Collections.Immutable;
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
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _stateLock = new();

    // The clock and the engine come with the start; dials may wait for it.
    private readonly TaskCompletionSource<TorDialer?> _dialer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TorClientKeys _clientKeys;
    private ClientKeyring? _keyring;
    private TorControlConnection? _control;
    private TorPublisher? _publisher;
    private DescriptorPrefetch? _prefetch;
    private Task _starting = Task.CompletedTask;
    private Task _running = Task.CompletedTask;
    private Task? _ending;
    private bool _isStarted;

    public TorTransport(TorOptions options)
    {
        _options = options;
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
        Volatile.Read(ref _keyring) is { } keyring && _dialer.Task is { IsCompletedSuccessfully: true, Result: { } dialer }
            ? ClientKeyNotes.Of(keyring, dialer.Verdicts)
            : [];

    public ParsedHost Parse(string host, int port) => TorEndPoint.Parse(host, port);

    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        lock (_stateLock)
        {
            ObjectDisposedException.ThrowIf(_ending is not null, this);
            if (_isStarted)
            {
                throw new InvalidOperationException("A transport is started once.");
            }

            _isStarted = true;
            return _starting = BeginAsync(context, cancellationToken);
        }
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_dialer.Task.IsCompleted)
        {
            using CancellationTokenSource whole = request.Deadline.CreateLinkedSource(cancellationToken);
            await ((Task)_dialer.Task.WaitAsync(whole.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_dialer.Task.IsCompleted)
            {
                return new DialError(cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled : DialErrorKind.TransportNotReady, Name);
            }
        }

        return await _dialer.Task is { } dialer
            ? await dialer.DialAsync(request, cancellationToken)
            : new DialError(DialErrorKind.TransportFailed, Name);
    }

    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return new PublishError(PublishErrorKind.Cancelled, $"The publication of service {definition.Name} was given up.");
        }

        return Volatile.Read(ref _publisher) is { } publisher
            ? await publisher.PublishAsync(definition)
            : TorPublisher.TransportStopped;
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

    public ValueTask DisposeAsync()
    {
        lock (_stateLock)
        {
            return new ValueTask(_ending ??= EndAsync());
        }
    }

    private async Task BeginAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        // Off the caller's lock.
        await Task.Yield();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _life.Token);
        ILogger logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.Tor");
        SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
        try
        {
            if (_options.CheckControl().FirstOrDefault() is { } problem)
            {
                throw new OverlayException($"The configuration of the Tor transport is not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
            }

            var keyring = ClientKeyring.Load(_clientKeys, context);
            Volatile.Write(ref _keyring, keyring);
            _status.OnStarting("looking for tor");
            ITorSource tor = _options.Control is null
                ? await ManagedTor.PrepareAsync(_options, UsesUnixSockets, engine, context, either.Token)
                : new ExternalTor(_options, engine, context);
            _status.OnStarting(_options.Control is null ? "starting tor" : "connecting to tor");
            var publisher = new TorPublisher(new TorServiceBuilder(tor.Doors), context.Clock, logger);
            Volatile.Write(ref _publisher, publisher);
            _dialer.TrySetResult(new TorDialer(_gate, engine, context.Clock, _options, GiveKeyAsync));
            _running = RunAsync(tor, publisher, keyring, context.Clock, logger);
        }
        catch (Exception e)
        {
            _dialer.TrySetResult(null);
            _status.Complete(e is OperationCanceledException
                ? TransportStatus.Stopped
                : new TransportStatus.Failed(e is OverlayException ? e.Message : "Tor could not be started; the log says why."));
            throw;
        }
    }

    private async Task RunAsync(ITorSource tor, TorPublisher publisher, ClientKeyring keyring, TimeProvider clock, ILogger logger)
    {
        using (tor)
        {
            try
            {
                await tor.RunAsync((session, ended) => ServeAsync(session, publisher, keyring, clock, ended), OnInterrupted, _life.Token);
            }
#pragma warning disable CA1031 // A bug, contained: the transport is failed, the gateway goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Failed(logger, e);
                _status.Complete(new TransportStatus.Failed("The Tor transport failed in a way it should not; the log has the details. Restart the gateway, and please report it."));
            }

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

    private async Task ServeAsync(TorSession session, TorPublisher publisher, ClientKeyring keyring, TimeProvider clock, CancellationToken ended)
    {
        // Before any dial goes through: tor keeps these keys no longer than it lives.
        _status.OnClientKeys(await keyring.GiveAsync(session.Control, ended));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended);
        Volatile.Write(ref _control, session.Control);
        Volatile.Write(ref _prefetch, new DescriptorPrefetch(session.Control, clock));
        NetworkProbe probe = new(session.Control, () => _gate.IsOpen, clock, _status.OnStalled);

        // Alone in that it may end before the session.
        Task probing = session.Traits.TellsDescriptors ? probe.RunAsync(either.Token) : Task.CompletedTask;
        Task[] work =
        [
            ReadEventsAsync(session, publisher, probe, clock, either.Token),
            publisher.ServeAsync(session.Control, session.Traits, either.Token),
            TorHeartbeat.RunAsync(session.Control, clock, either.Token),
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
        }
    }

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

    private async Task ReadEventsAsync(TorSession session, TorPublisher publisher, NetworkProbe probe, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var plugins = new TransportPlugins(session.Plugins, clock, _status.OnPlugins);
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
                await OnStatusAsync(status);
            }
            else if (TransportLaunchedEvent.TryParse(message) is { } launched)
            {
                plugins.OnLaunched(launched);
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

            _status.OnPhase(phase);
        }
    }

    private async Task EndAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        _gate.End();
        _dialer.TrySetResult(null);
        await _life.CancelAsync();
        await _starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _running;
        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }
}
