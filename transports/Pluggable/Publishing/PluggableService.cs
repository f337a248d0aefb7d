using System.Collections.Immutable;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A service that we keep published, whatever becomes of its programs: a server program for each virtual port.</summary>
internal sealed partial class PluggableService : IPublishedService
{
    private readonly PluggablePublisher _publisher;
    private readonly ILogger _logger;
    private readonly VisitorQueue _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("starting its program"));
    private readonly Lock _gate = new();
    private readonly HashSet<int> _ready = [];
    private bool _wasPublished;

    public PluggableService(PluggablePublisher publisher, ServiceDefinition definition, ImmutableArray<ServicePlace> places, ILogger logger)
    {
        _publisher = publisher;
        _logger = logger;
        Definition = definition;
        EndPoints = [.. places.Select(static place => (OverlayEndPoint)place.EndPoint)];
        _visitors = new VisitorQueue(definition);
        Notes = [$"Whoever has the address of {definition.Name} on {PluggableEndPoint.OverlayName} knows this machine's: it is part of it."];
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public ImmutableArray<string> Notes { get; }

    public IStatus<ServiceStatus> Status => _status;

    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => _visitors.AcceptAsync(cancellationToken);

    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => ValueTask.FromResult(_visitors.Expel(identity));

    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _publisher.Withdraw(this);
        return new ValueTask(EndAsync().WaitAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>The program of a port listens.</summary>
    public void OnReady(int port)
    {
        lock (_gate)
        {
            if (_ready.Add(port) && _ready.Count == Definition.Ports.Length)
            {
                _wasPublished = true;
                _status.Set(ServiceStatus.Published);
                Log.Published(_logger, Definition.Name);
            }
        }
    }

    /// <summary>The program of a port is gone, or does not listen, and that passes.</summary>
    /// <param name="port">The virtual port.</param>
    /// <param name="why">The reason, as a sentence.</param>
    public void OnInterrupted(int port, string why)
    {
        lock (_gate)
        {
            _ready.Remove(port);
            _status.Set(_wasPublished ? new ServiceStatus.Degraded(why) : new ServiceStatus.Publishing(why));
        }
    }

    /// <summary>Hands a visitor over, once there is a place for him: the rest wait in the program.</summary>
    /// <param name="connection">His connection, whose remote end point is his address.</param>
    /// <param name="socket">Its socket.</param>
    /// <param name="port">The virtual port that he came to.</param>
    public ValueTask LetInAsync(SocketConnection connection, EngineSocket socket, int port) =>
        _visitors.LetInAsync(new Visitor(connection, port, Definition.TellVisitors ? VisitorAddress.IdentityOf(connection.RemoteEndPoint) : null), socket.Abort);

    /// <summary>Ends for good.</summary>
    public async Task EndAsync()
    {
        await _visitors.EndAsync();
        _status.Complete(ServiceStatus.Stopped);
    }
}
