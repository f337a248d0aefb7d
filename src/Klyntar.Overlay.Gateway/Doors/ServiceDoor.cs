using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Klyntar.Overlay.Identities;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>Publishes a service on one overlay and leads its visitors to the target, or to whoever takes them in this program.</summary>
internal sealed partial class ServiceDoor : IAsyncDisposable
{
    private readonly string _name;
    private readonly ServiceOptions _options;
    private readonly TransportHost _transport;
    private readonly VisitorCount _limit;
    private readonly VisitorLimiter? _perVisitor;
    private readonly DoorContext _context;
    private readonly ServiceListener? _taker;
    private readonly ServiceDefinition _definition;
    private readonly FrozenDictionary<int, ServiceTarget> _targets;
    private readonly ConcurrentDictionary<int, bool> _unreachable = [];
    private readonly ILogger _logger;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("the transport starts"));
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly OpenCount _visitors = new();
    private ImmutableArray<ServicePortReport> _portReports = [];
    private ImmutableArray<string> _notes = [];
    private IPublishedService? _published;
    private Task _following = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;
    private long _total;
    private long _turnedAway;
    private long _expelled;
    private long _bytesIn;
    private long _bytesOut;

    /// <exception cref="OverlayException">A target is a name that no transport dials.</exception>
    public ServiceDoor(string name, ServiceOptions options, TransportHost transport, Identity identity, VisitorCount limit, DoorContext context, ServiceListener? taker = null)
    {
        _name = name;
        _options = options;
        _transport = transport;
        _limit = limit;
        _perVisitor = options.PerVisitor is { } each ? new VisitorLimiter(each, context.Clock, _abort.Token) : null;
        _context = context;
        _taker = taker;
        _definition = new ServiceDefinition
        {
            Name = name,
            Identity = identity,
            // In the configuration's order: where each port has an address of its own, one that is added after the others leaves theirs as they are.
            Ports = [.. options.Ports.Keys],
            TellVisitors = _perVisitor is not null || options.VisitorsAs != VisitorsAs.One,
            AcceptingNeverBlocks = _taker is null,
            Options = options.Options.GetValueOrDefault(transport.Name),
        };
        _targets = _definition.Ports.ToFrozenDictionary(port => port, port => ServiceTarget.Of(name, port, options, transport.Capabilities, context));
        _logger = context.Loggers.CreateLogger<ServiceDoor>();
    }

    /// <summary>The transport it is published on.</summary>
    public TransportHost Transport => _transport;

    /// <summary>What it publishes.</summary>
    public ServiceDefinition Definition => _definition;

    /// <summary>Where its visitors are led to, by virtual ports.</summary>
    public IReadOnlyDictionary<int, ServiceTarget> Targets => _targets;

    /// <summary>Whether visitors can reach it; failed where the transport refused it.</summary>
    public IStatus<ServiceStatus> Status => _status;

    /// <summary>How the service is on this overlay.</summary>
    public ServiceReport Report
    {
        get
        {
            (ServiceState state, string? detail) = StatusWords.Of(_status.Current);
            return new ServiceReport
            {
                Name = _name,
                Overlay = _transport.Name,
                State = state,
                Detail = detail,
                Notes = _notes,
                Ports = _portReports,
                Visitors = _visitors.Count,
                VisitorsTotal = Volatile.Read(ref _total),
                VisitorsTurnedAway = Volatile.Read(ref _turnedAway),
                VisitorsExpelled = Volatile.Read(ref _expelled),
                BytesIn = Volatile.Read(ref _bytesIn),
                BytesOut = Volatile.Read(ref _bytesOut),
            };
        }
    }

    /// <summary>Publishes, once the transport has been started. What goes wrong is in <see cref="Status"/>.</summary>
    public async Task PublishAsync()
    {
        PublishResult result = await _transport.PublishAsync(_definition, _stop.Token);
        if (!result.IsAccepted)
        {
            Fail(result.Error);
            return;
        }

        _published = result.Service;
        if (result.Service.EndPoints.Length != _definition.Ports.Length)
        {
            Fail(new PublishError(PublishErrorKind.Internal, $"{_transport.Name} published {result.Service.EndPoints.Length} end points for {_definition.Ports.Length} ports. Please report it to its author."));
            return;
        }

        _portReports = [.. result.Service.EndPoints.Select((e, i) => new ServicePortReport(e.Host, e.Port, _targets[_definition.Ports[i]].Text))];
        _following = FollowAsync(result.Service);
        _accepting = AcceptAsync(result.Service);
    }

    /// <summary>Withdraws the service and waits for its visitors.</summary>
    /// <param name="drained">Ends the wait; the rest is then aborted.</param>
    public async Task StopAsync(CancellationToken drained)
    {
        await WithdrawAsync(drained);
        Task emptied = _visitors.Emptied();
        await emptied.WaitAsync(drained).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _abort.CancelAsync();
        if (!await EndTime.SeeAsync(Task.WhenAll(emptied, _following), _context.Clock))
        {
            LogStuck(_name, _transport.Name);
        }

        _status.Complete(_status.Current is ServiceStatus.Failed failed ? failed : ServiceStatus.Stopped);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _stop.Dispose();
        _abort.Dispose();
    }

    /// <summary>Withdraws the service. Visitors who are in stay.</summary>
    /// <param name="cutShort">Ends the wait for the overlay's confirmation.</param>
    public async Task WithdrawAsync(CancellationToken cutShort)
    {
        await _stop.CancelAsync();
        if (!await EndTime.SeeAsync(EndPublicationAsync(cutShort), _context.Clock) || !await EndTime.SeeAsync(_accepting, _context.Clock))
        {
            LogStuck(_name, _transport.Name);
        }
    }

    private async Task EndPublicationAsync(CancellationToken cutShort)
    {
        if (_published is not { } published)
        {
            return;
        }

        try
        {
            await published.StopAsync(cutShort);
        }
        catch (OperationCanceledException) when (cutShort.IsCancellationRequested)
        {
            // The overlay did not confirm in time; disposing withdraws it all the same.
        }
        catch (Exception e)
        {
            LogThrew(e, _transport.Name, nameof(IPublishedService.StopAsync));
        }

        try
        {
            await published.DisposeAsync();
        }
        catch (Exception e)
        {
            LogThrew(e, _transport.Name, nameof(IAsyncDisposable.DisposeAsync));
        }
    }

    /// <summary>Notes that the service cannot be published, since its transport could not be started.</summary>
    public void Fail(string why) => _status.Set(new ServiceStatus.Failed(why));

    private void Fail(PublishError error)
    {
        if (error.Kind != PublishErrorKind.Cancelled)
        {
            LogRefused(_name, _transport.Name, error.Message);
            Fail(error.Message);
        }
    }

    private async Task FollowAsync(IPublishedService service)
    {
        try
        {
            await foreach (ServiceStatus status in service.Status.WatchAsync(_abort.Token))
            {
                _notes = service.Notes is { IsDefault: false } notes ? notes : [];
                LogChange(status);
                _status.Set(status);
            }
        }
        catch (Exception e)
        {
            LogThrew(e, _transport.Name, nameof(IPublishedService.Status));
            _status.Set(new ServiceStatus.Failed($"Its status on {_transport.Name} failed in a way it should not. The log has the details; please report it."));
        }
    }

    private async Task AcceptAsync(IPublishedService service)
    {
        // Publishing may have returned on whatever thread the transport runs on.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (await service.AcceptAsync(_stop.Token) is { } visitor)
            {
                // Its faults are its own: it ends in the log and in Leave, whatever happens.
                _ = ServeAsync(visitor);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gateway is stopping.
        }
        catch (Exception e)
        {
            LogThrew(e, _transport.Name, nameof(IPublishedService.AcceptAsync));
            _status.Set(new ServiceStatus.Failed($"{_transport.Name} failed to accept visitors in a way it should not. The log has the details; please report it."));
        }
    }

    private void LogChange(ServiceStatus status)
    {
        switch (status)
        {
            case ServiceStatus.Degraded degraded:
                LogDegraded(_name, _transport.Name, degraded.Why);
                break;
            case ServiceStatus.Failed failed:
                LogRefused(_name, _transport.Name, failed.Why);
                break;
            case ServiceStatus.Publishing publishing:
                LogPublishing(_name, _transport.Name, publishing.What);
                break;
            default:
                LogStatus(_name, _transport.Name, status);
                break;
        }
    }
}
