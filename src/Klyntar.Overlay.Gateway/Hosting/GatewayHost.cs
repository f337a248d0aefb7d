using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Socks;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>A running gateway: doors, router, transports and services in one process.</summary>
public sealed partial class GatewayHost : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly GatewayServices _services;
    private readonly ILogger _logger;
    private readonly DataFolder _data;
    private readonly DateTimeOffset _startedAt;
    private readonly StatusBoard _board;
    private readonly CancellationTokenSource _starting = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _background = [];
    private readonly Dictionary<TransportHost, Task> _started = [];
    private TransportSet? _transports;
    private Router? _router;
    private DoorContext? _doorContext;
    private ImmutableArray<SocksDoor> _doors = [];
    private SocksDoor? _dialDoor;
    private ImmutableArray<ServiceDoor> _publications = [];
    private PeerBook? _peers;
    private AdminServer? _admin;
    private Task? _stopping;

    private GatewayHost(GatewayOptions options, GatewayServices services, DataFolder data)
    {
        _options = options;
        _services = services;
        _data = data;
        _logger = services.Loggers.CreateLogger<GatewayHost>();
        _startedAt = services.Clock.GetUtcNow();
        _board = new StatusBoard(Snapshot, services.Clock);
    }

    /// <summary>The gateway's version.</summary>
    public static string Version { get; } =
        typeof(GatewayHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>The data folder, absolute.</summary>
    public string DataFolder => _data.Path;

    /// <summary>Where the SOCKS doors listen, in the order of the configuration, with the ports that were given for port 0.</summary>
    public ImmutableArray<EndPoint> SocksEndPoints => [.. _doors.Select(d => d.LocalEndPoint)];

    /// <summary>The whole gateway's status and its changes, for live display. The same model is served to <see cref="GatewayClient"/>.</summary>
    public IStatus<GatewayStatus> Status => _board;

    /// <summary>The same, of which only changes of states are told and not those of counters: watching it costs a gateway at rest nothing.</summary>
    public IStatus<GatewayStatus> States => _board.States;

    /// <summary>
    /// Starts a gateway. Returns as soon as its doors listen: transports start and services are published meanwhile, and
    /// <see cref="Status"/> tells how it goes.
    /// </summary>
    /// <param name="options">The configuration.</param>
    /// <param name="services">What the hosting program gives.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    /// <exception cref="OverlayException">The data folder is in use, a door cannot listen, or a key cannot be read.</exception>
    public static async Task<GatewayHost> StartAsync(GatewayOptions options, GatewayServices services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        GatewayConfiguration.Validate(options, services.Catalog);
        services = options.Engine == EngineChoice.Portable ? services with { Engine = SocketEngine.Portable } : services;
        var gateway = new GatewayHost(options, services, Klyntar.Overlay.Keys.DataFolder.Open(options.DataFolder ?? GatewayOptions.DefaultDataFolder));
        try
        {
            foreach (RefusedPlugin refused in services.Catalog.Refused)
            {
                gateway.LogRefusedPlugin(refused.Folder, refused.Why);
            }

            await gateway.OpenAsync();
            gateway.Begin();
            var admin = new AdminApplication(gateway, gateway._board, gateway._peers!, gateway._doorContext!.Checks, services.Loggers);
            gateway._admin = await AdminServer.StartAsync(gateway.DataFolder, admin, services.Engine, services.Loggers, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every transport is ready and every service published.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OverlayException">A transport or service failed, so that this cannot come to be; the message says why.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        await foreach (GatewayStatus status in _board.WatchAsync(cancellationToken))
        {
            if (status.IsReady)
            {
                return;
            }

            foreach (TransportReport transport in status.Transports)
            {
                if (transport.State is TransportState.Failed or TransportState.Stopped)
                {
                    throw new OverlayException($"The transport {transport.Name} {(transport.State == TransportState.Failed ? $"failed: {transport.Detail}" : "has been stopped.")}");
                }
            }

            foreach (ServiceReport service in status.Services)
            {
                if (service.State is ServiceState.Failed or ServiceState.Stopped)
                {
                    throw new OverlayException($"The service {service.Name} on {service.Overlay} {(service.State == ServiceState.Failed ? $"failed: {service.Detail}" : "has been withdrawn.")}");
                }
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new OverlayException("The gateway was stopped before it was ready.");
    }

    /// <summary>Why no transport dials a name; null where one does.</summary>
    internal DialError? WhyNot(WrittenName name) => _router!.Find(name, IPEndPoint.MaxPort).Error;

    /// <summary>Dials through the router, as a client of a door would.</summary>
    /// <param name="request">An overlay end point, or a <see cref="DnsEndPoint"/> whose name the router gives to the transport that claims it.</param>
    /// <param name="cancellationToken">Abandons the dial.</param>
    public ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _router!.DialAsync(request, cancellationToken);
    }

    /// <summary>Has dials from now on share no circuit with those before. Connections that are open go on as they are.</summary>
    /// <param name="transport">The transport's name, or null for all of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of it, one report for each transport that was asked; none where there is no such transport.</returns>
    public async Task<ImmutableArray<NewCircuitsReport>> NewCircuitsAsync(string? transport = null, CancellationToken cancellationToken = default)
    {
        IEnumerable<TransportHost> asked = _transports!.All.Where(t => transport is null || t.Name == transport);
        return [.. await Task.WhenAll(asked.Select(AskAsync))];

        async Task<NewCircuitsReport> AskAsync(TransportHost host)
        {
            NewCircuitsResult result = await host.NewCircuitsAsync(cancellationToken);
            return new NewCircuitsReport(host.Name, result.Outcome, result.Message);
        }
    }

    /// <summary>Adds a peer, or replaces one that was added before. It is kept in the data folder.</summary>
    /// <param name="name">Its name: lower case letters, digits, dashes, dots and underscores.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">It is wrong, cannot be dialled, or is the configuration's.</exception>
    public Task<PeerReport> AddPeerAsync(string name, PeerOptions peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(peer);
        return _peers!.AddAsync(name, peer, cancellationToken);
    }

    /// <summary>Stops in good order: doors close, connections may go on for <see cref="GatewayLimits.DrainTime"/>, services are withdrawn, transports end.</summary>
    /// <param name="cancellationToken">Cuts the drain short; the rest is still done.</param>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return _stopping ??= EndAsync(cancellationToken);
        }
    }

    /// <summary>Stops, if that was not done, without waiting for connections.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(new CancellationToken(canceled: true)));

    private async Task OpenAsync()
    {
        // What may fail for the operator's reasons comes first, while nothing has begun yet.
        _transports = await TransportSet.CreateAsync(_options, _services);
        _router = new Router(_transports, _options.Clearnet, _options.Limits, _services.Clock);
        DoorContext context = _doorContext = new DoorContext(_services.Engine, _router, _services.Clock, _options.Relay, _services.Loggers);
        _publications = [.. _options.Services.SelectMany(s => PublicationsOf(s.Key, s.Value, context)).ToArray()];
        ServiceLoops.Refuse(_publications);
        foreach (ServiceDoor publication in _publications)
        {
            context.Own.Add(publication);
        }

        _peers = new PeerBook(_options, _data, context, _services.Catalog, _board.Changed);
        _peers.Open();
        _router.Peers = _peers.RouteTo;
        SocksServerOptions[] servers = [.. _options.Socks.Select(d => new SocksServerOptions { RequiredCredentials = PasswordFiles.Read(d.Credentials) })];

        int share = DescriptorBudget.ConnectionsPerDoor(_options.Socks.Count(d => d.Limits.Connections is null));
        for (int i = 0; i < servers.Length; i++)
        {
            SocksDoorOptions door = _options.Socks[i];
            _doors = _doors.Add(SocksDoor.Listen(door, servers[i], door.Limits.Connections ?? share, _transports, context));
        }

        _dialDoor = SocksDoor.ListenForClients(Path.Join(DataFolder, AdminSockets.Dial), _transports, context);
    }

    private IEnumerable<ServiceDoor> PublicationsOf(string name, ServiceOptions service, DoorContext context, ServiceListener? taker = null)
    {
        var limit = new VisitorCount(service.Visitors);
        foreach (string overlay in service.On)
        {
            TransportHost transport = _transports!.Find(overlay)!;
            yield return new ServiceDoor(name, service, transport, IdentityOf(name, service, transport), limit, context, taker);
        }
    }

    private Identity IdentityOf(string name, ServiceOptions service, TransportHost transport)
    {
        if (!transport.Capabilities.Publish || transport.Identities is not { } format)
        {
            throw new OverlayException($"The service {name} cannot be published on {transport.Name}, which is only dialled. Remove \"{transport.Name}\" from the service's \"on\".");
        }

        try
        {
            return new ServiceIdentities(DataFolder, transport.Name, format).ReadOrCreate(service.Identity ?? name);
        }
        catch (Exception e) when (e is not OverlayException)
        {
            throw new OverlayException($"{transport.Name} failed on the identity of the service {name} in a way it should not: {e.Message} Please report it to its author.", e);
        }
    }

    private void Begin()
    {
        foreach (SocksDoor door in _doors)
        {
            door.Start();
        }

        _dialDoor!.Start();
        _peers!.Start();
        foreach (TransportHost transport in _transports!.All)
        {
            _background.Add(_board.FollowAsync(transport.Status, _ended.Token));
            _started.Add(transport, StartAsync(transport));
            _background.Add(PublishAllAsync(transport, _started[transport]));
        }

        foreach (ServiceDoor publication in _publications)
        {
            _background.Add(_board.FollowAsync(publication.Status, _ended.Token));
        }
    }

    private async Task StartAsync(TransportHost transport)
    {
        // A transport's start may take its time before it first awaits.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _transports!.StartAsync(transport, _data, _services, _router!, _board.Changed, _starting.Token);
    }

    private async Task PublishAllAsync(TransportHost transport, Task started)
    {
        ServiceDoor[] publications = [.. _publications.Where(p => p.Transport == transport)];
        await started;
        TransportStatus.Failed? failed = transport.Status.Current as TransportStatus.Failed;
        if (failed is null)
        {
            await Task.WhenAll(publications.Select(p => p.PublishAsync()));
            return;
        }

        foreach (ServiceDoor publication in publications)
        {
            publication.Fail($"{transport.Name} has failed: {failed.Why}");
        }
    }

    private async Task EndAsync(CancellationToken cutShort)
    {
        LogStopping();
        using CancellationTokenSource drain = Deadline.After(_options.Limits.DrainTime, _services.Clock).CreateLinkedSource(cutShort);
        await _starting.CancelAsync();

        // A change of the services that is under way is the last one; nothing waits for it meanwhile.
        Task lastChange = _changingServices.WaitAsync(drain.Token);
        await Task.WhenAll(
            [
                .. _doors.Select(d => d.StopAsync(drain.Token)),
                _dialDoor?.StopAsync(drain.Token) ?? Task.CompletedTask,
                _peers?.StopAsync(drain.Token) ?? Task.CompletedTask,
                .. _publications.Select(p => p.StopAsync(drain.Token)),
            ]);
        await lastChange.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_transports is not null)
        {
            await _transports.DisposeAsync();
        }

        await EndTime.SeeAsync(Task.WhenAll(_background), _services.Clock);
        await _ended.CancelAsync();
        _board.Complete();
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }

        foreach (IAsyncDisposable part in (IEnumerable<IAsyncDisposable>)[.. _doors, .. _publications])
        {
            await part.DisposeAsync();
        }

        if (_peers is not null)
        {
            await _peers.DisposeAsync();
        }

        if (_dialDoor is not null)
        {
            await _dialDoor.DisposeAsync();
        }

        _router?.Dispose();
        _starting.Dispose();
        _ended.Dispose();
        _changingServices.Dispose();
        _data.Dispose();
    }

    private GatewayStatus Snapshot() => new()
    {
        Version = Version,
        ProcessId = Environment.ProcessId,
        StartedAt = _startedAt,
        DataFolder = DataFolder,
        Engine = _services.Engine.Name,
        Socks = [.. _doors.Select(d => d.Report)],
        Transports = _transports is null ? [] : [.. _transports.All.Select(ReportOf)],
        Services = [.. _publications.Select(p => p.Report)],
        Peers = _peers?.Reports ?? [],
    };

    private TransportReport ReportOf(TransportHost transport)
    {
        (TransportState state, double? progress, string? detail) = StatusWords.Of(transport.Status.Current);
        return new TransportReport
        {
            Name = transport.Name,
            State = state,
            Progress = progress,
            Detail = detail,
            Notes = transport.Notes,
            Capabilities = transport.Capabilities,
            Program = _transports!.ProgramOf(transport.Name) is { } program ? new ProgramReport(program.Path, program.Origin) : null,
        };
    }

    [LoggerMessage(1, LogLevel.Debug, "The gateway is stopping.")]
    private partial void LogStopping();

    [LoggerMessage(2, LogLevel.Warning, "The plugin {Folder} is not run. {Why}")]
    private partial void LogRefusedPlugin(string folder, string why);
}
