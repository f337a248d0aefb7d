using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Dials bridges through programs that speak Tor's pluggable-transport protocol, and publishes services on obfs4 through one.</summary>
internal sealed partial class PluggableTransport : ITransport
{
    private readonly PluggableOptions _options;
    private readonly FrozenDictionary<string, PtTarget> _bridges;
    private readonly Obfs4Identities _identities;
    private readonly PluggableStatus _status = new();
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _stateLock = new();

    // What it needs comes with the start; dials may wait for it.
    private readonly TaskCompletionSource<PluggableDialer?> _dialer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PluggablePublisher? _publisher;
    private Task _starting = Task.CompletedTask;
    private Task _running = Task.CompletedTask;
    private Task? _ending;
    private bool _isStarted;

    public PluggableTransport(PluggableOptions options)
    {
        _options = options;
        _identities = new Obfs4Identities(options.AdvertisedAddress);

        // Lines that are not valid are told of at the start.
        _bridges = options.Bridges
            .Select(static bridge => (bridge.Key, Target: BridgeLine.TryRead(bridge.Value, out _)))
            .Where(static bridge => bridge.Target is not null)
            .ToFrozenDictionary(static bridge => bridge.Key, static bridge => bridge.Target!, StringComparer.Ordinal);
    }

    public string Name => PluggableEndPoint.OverlayName;

    public TransportCapabilities Capabilities { get; } = new()
    {
        // obfs4proxy 0.0.14 closes both directions at the first end, and turns a reset into one.
        HalfClose = false,
        Reset = false,

        // There are no relays: the far side sees this machine's address in every connection.
        Isolation = false,

        // A bridge is one port.
        SharedAddress = false,

        // The program tells each visitor's IP address.
        VisitorIdentity = true,

        // What answers is the far side's program. Whether anybody is behind it, it finds out afterwards.
        UnconfirmedDials = true,
        Publish = true,
    };

    public bool NeverBlocks => true;

    public IStatus<TransportStatus> Status => _status.Status;

    public IIdentityFormat Identities => _identities;

    public ImmutableArray<string> Suffixes => [PluggableEndPoint.Suffix];

    public ParsedHost Parse(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return PluggableEndPoint.Parse(host, port, _bridges);
    }

    public ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return [.. ServicePlace.AllOf(definition, _options).Select(static place => (OverlayEndPoint)place.EndPoint)];
    }

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

    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromResult<PublishResult>(new PublishError(PublishErrorKind.Cancelled, $"The publication of service {definition.Name} was given up."));
        }

        return ValueTask.FromResult(Volatile.Read(ref _publisher) is { } publisher ? publisher.Publish(definition) : PluggablePublisher.TransportStopped);
    }

    // A program connects when it is asked to, and nothing before would be of use to it.
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

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
        PtFolders? folders = null;
        try
        {
            either.Token.ThrowIfCancellationRequested();
            if (_options.Validate(new ValidationContext(_options)).FirstOrDefault() is { } problem)
            {
                throw new OverlayException($"The configuration of the transport over pluggable transports is not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
            }

            _status.OnStarting("looking for programs");
            string[] methods = [.. _options.Programs.Keys.Concat(_bridges.Values.Select(static bridge => bridge.Method)).Append(PtMethodName.Obfs4).Distinct().Order(StringComparer.Ordinal)];
            var programs = new Dictionary<string, PtProgram>(StringComparer.Ordinal);
            foreach (string method in methods)
            {
                programs.Add(method, await PtProgram.FindAsync(method, _options.Programs.GetValueOrDefault(method), context.Programs, either.Token));
            }

            folders = PtFolders.Open(context.Folder);
            Begin(programs, folders, context);
        }
        catch (Exception e)
        {
            folders?.Dispose();
            _dialer.TrySetResult(null);
            _status.Complete(e is OperationCanceledException
                ? TransportStatus.Stopped
                : new TransportStatus.Failed(e is OverlayException ? e.Message : "The transport over pluggable transports could not be started; the log says why."));
            throw;
        }
    }

    private void Begin(Dictionary<string, PtProgram> programs, PtFolders folders, ITransportContext context)
    {
        ILogger logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.Pluggable");
        SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
        var gates = programs.Keys.ToFrozenDictionary(static method => method, static _ => new ClientGate(), StringComparer.Ordinal);
        (string Method, PtProcess Process)[] clients =
        [
            .. programs.Select(found => (found.Key, new PtProcess(found.Value, new PtRun(PtRole.Client, found.Key, folders.OfClient(found.Key)) { Proxy = _options.Proxy as IPEndPoint }, context.Clock, logger))),
        ];
        var publisher = new PluggablePublisher(_options, _identities, programs[PtMethodName.Obfs4], folders, engine, context.Clock, logger);
        _status.Expect(programs.Keys);
        _running = RunAsync(clients, programs, gates, publisher, folders, context.Clock, logger);
        Volatile.Write(ref _publisher, publisher);
        _dialer.TrySetResult(new PluggableDialer(gates, engine, context.Clock, _options));
    }

    private async Task RunAsync(
        (string Method, PtProcess Process)[] clients, Dictionary<string, PtProgram> programs, FrozenDictionary<string, ClientGate> gates, PluggablePublisher publisher, PtFolders folders, TimeProvider clock, ILogger logger)
    {
        using (folders)
        {
            try
            {
                await Task.WhenAll(clients.Select(client => client.Process.RunAsync(
                    (offer, ended) => ServeAsync(client.Method, offer, ended),
                    why => OnInterrupted(client.Method, why),
                    _life.Token)));
            }
#pragma warning disable CA1031 // A bug, contained: the transport is failed, the gateway goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Failed(logger, e);
                _status.Complete(new TransportStatus.Failed("The transport over pluggable transports failed in a way it should not; the log has the details. Restart the gateway, and please report it."));
            }

            Array.ForEach([.. gates.Values], static gate => gate.End());
            await publisher.DisposeAsync();
        }

        async Task ServeAsync(string method, PtMethod offer, CancellationToken ended)
        {
            Log.Serves(logger, programs[method].Name, programs[method].Program.Origin, method);
            gates[method].Open(new ClientRun(offer.EndPoint, ended));
            _status.OnReady(method);
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            gates[method].Close();
        }

        void OnInterrupted(string method, string why)
        {
            gates[method].Close();
            _status.OnInterrupted(method, why);
        }
    }

    private async Task EndAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        _dialer.TrySetResult(null);
        await _life.CancelAsync();
        await _starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _running;
        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }
}
