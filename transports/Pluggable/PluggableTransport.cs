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
    private readonly TransportLife<PluggableParts> _life;
    private Task _running = Task.CompletedTask;

    public PluggableTransport(PluggableOptions options)
    {
        _options = options;
        _life = new TransportLife<PluggableParts>(Name, _status.Complete);
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

    // A program connects when it is asked to, and nothing before would be of use to it.
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => new(_life.EndAsync(() => _running));

    private async Task<PluggableParts> BeginAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        if (_options.Validate(new ValidationContext(_options)).FirstOrDefault() is { } problem)
        {
            throw new OverlayException($"The configuration of the transport over pluggable transports is not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
        }

        _status.OnStarting("looking for programs");
        string[] methods = [.. _options.Programs.Keys.Concat(_bridges.Values.Select(static bridge => bridge.Method)).Append(PtMethodName.Obfs4).Distinct().Order(StringComparer.Ordinal)];
        var programs = new Dictionary<string, PtProgram>(StringComparer.Ordinal);
        foreach (string method in methods)
        {
            programs.Add(method, await PtProgram.FindAsync(method, _options.Programs.GetValueOrDefault(method), context.Programs, cancellationToken));
        }

        // What follows neither waits nor throws.
        return Begin(programs, PtFolders.Open(context.Folder), context);
    }

    private PluggableParts Begin(Dictionary<string, PtProgram> programs, PtFolders folders, ITransportContext context)
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
        return new PluggableParts(new PluggableDialer(gates, engine, context.Clock, _options), publisher);
    }

    private async Task RunAsync(
        (string Method, PtProcess Process)[] clients, Dictionary<string, PtProgram> programs, FrozenDictionary<string, ClientGate> gates, PluggablePublisher publisher, PtFolders folders, TimeProvider clock, ILogger logger)
    {
        using (folders)
        {
            await _life.RunAsync(
                over => Task.WhenAll(clients.Select(client => client.Process.RunAsync((offer, ended) => ServeAsync(client.Method, offer, ended), why => OnInterrupted(client.Method, why), over))),
                logger);
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

    /// <summary>What the start makes.</summary>
    private sealed record PluggableParts(PluggableDialer Dialer, PluggablePublisher Publisher);
}
