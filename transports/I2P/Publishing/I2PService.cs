using System.Collections.Immutable;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A service that we keep published, whatever becomes of the router: a destination for each virtual port.</summary>
internal sealed partial class I2PService : IPublishedService
{
    private readonly I2PPublisher _publisher;
    private readonly ILogger _logger;
    private readonly VisitorQueue _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("waiting for a router"));
    private readonly Lock _gate = new();
    private readonly HashSet<int> _ready = [];
    private bool _wasPublished;

    public I2PService(I2PPublisher publisher, ServiceDefinition definition, ImmutableArray<OverlayEndPoint> endPoints, ILogger logger)
    {
        _publisher = publisher;
        _logger = logger;
        Definition = definition;
        _visitors = new VisitorQueue(definition);
        EndPoints = endPoints;
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => _visitors.AcceptAsync(cancellationToken);

    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => ValueTask.FromResult(_visitors.Expel(identity));

    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _publisher.Withdraw(this);
        return new ValueTask(EndAsync().WaitAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>A session is known to the network.</summary>
    public void OnReady(ImmutableArray<int> ports)
    {
        lock (_gate)
        {
            int before = _ready.Count;
            _ready.UnionWith(ports);
            if (_ready.Count > before && _ready.Count == Definition.Ports.Length)
            {
                _wasPublished = true;
                _status.Set(ServiceStatus.Published);
                Log.Published(_logger, Definition.Name);
            }
            else if (!_wasPublished)
            {
                _status.Set(new ServiceStatus.Publishing($"building tunnels; {_ready.Count} of {Definition.Ports.Length} ports are published"));
            }
        }
    }

    /// <summary>A router is there.</summary>
    public void OnRouter()
    {
        lock (_gate)
        {
            if (!_wasPublished)
            {
                _status.Set(new ServiceStatus.Publishing("building tunnels"));
            }
        }
    }

    /// <summary>A session, or the router, is gone, and that passes.</summary>
    /// <param name="ports">The session's ports.</param>
    /// <param name="why">The reason, as a sentence.</param>
    public void OnInterrupted(ImmutableArray<int> ports, string why)
    {
        lock (_gate)
        {
            _ready.ExceptWith(ports);
            _status.Set(_wasPublished ? new ServiceStatus.Degraded(why) : new ServiceStatus.Publishing(why));
        }
    }

    /// <summary>Hands a visitor over, once there is a place for him: the rest wait in the router.</summary>
    public ValueTask LetInAsync(Visitor visitor, EngineSocket socket) => _visitors.LetInAsync(visitor, socket.Abort);

    /// <summary>Ends for good.</summary>
    public async Task EndAsync()
    {
        await _visitors.EndAsync();
        _status.Complete(ServiceStatus.Stopped);
    }
}
