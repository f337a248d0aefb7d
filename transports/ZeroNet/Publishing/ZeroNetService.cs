using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A service that we keep published: a site of its own, and a place where its visitors wait to be accepted.</summary>
internal sealed partial class ZeroNetService : IPublishedService, ITunnelService
{
    private readonly ZeroNetPublisher _publisher;
    private readonly ILogger _logger;
    private readonly VisitorQueue _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("waiting for the peer port"));
    private readonly Lock _gate = new();
    private bool _wasPublished;

    /// <summary>Makes a service.</summary>
    /// <param name="publisher">What it is withdrawn from.</param>
    /// <param name="definition">A definition that was checked.</param>
    /// <param name="logger">The transport's logger.</param>
    public ZeroNetService(ZeroNetPublisher publisher, ServiceDefinition definition, ILogger logger)
    {
        _publisher = publisher;
        _logger = logger;
        Definition = definition;
        Key = ZeroNetIdentityFormat.KeyOf(definition.Identity);
        EndPoints = ZeroNetEndPoint.AllOf(definition);
        _visitors = new VisitorQueue(definition);
    }

    /// <inheritdoc/>
    public ServiceDefinition Definition { get; }

    /// <inheritdoc/>
    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    /// <inheritdoc/>
    public IStatus<ServiceStatus> Status => _status;

    /// <inheritdoc/>
    public ZeroNetPrivateKey Key { get; }

    /// <summary>Whether its site says where the peer port is reached. For the publisher, under its lock.</summary>
    public bool IsSigned { get; set; }

    /// <inheritdoc/>
    public bool HasPort(int port) => Definition.Ports.Contains(port);

    /// <inheritdoc/>
    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => _visitors.AcceptAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => ValueTask.FromResult(_visitors.Expel(identity));

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _publisher.Withdraw(this);
        return new ValueTask(EndAsync().WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => StopAsync();

    /// <inheritdoc/>
    public bool TryTakePlace() => _visitors.TryTakePlace();

    /// <inheritdoc/>
    public void GiveUpPlace() => _visitors.GiveUpPlace();

    /// <inheritdoc/>
    public void LetIn(TunnelConnection connection, int port, ZeroNetAddress visitor) => _visitors.LetIn(new Visitor(connection, port, visitor.Text), connection.Abort);

    /// <summary>Visitors can reach it.</summary>
    public void OnPublished()
    {
        bool isNew;
        lock (_gate)
        {
            isNew = !_wasPublished;
            _wasPublished = true;
        }

        _status.Set(ServiceStatus.Published);
        if (isNew)
        {
            LogPublished(Definition.Name);
        }
    }

    /// <summary>Something is awaited, or the peer port is gone for a while.</summary>
    /// <param name="why">The reason, as a sentence.</param>
    public void OnInterrupted(string why)
    {
        bool wasPublished;
        lock (_gate)
        {
            wasPublished = _wasPublished;
        }

        _status.Set(wasPublished ? new ServiceStatus.Degraded(why) : new ServiceStatus.Publishing(why));
    }

    /// <summary>Ends for good.</summary>
    public async Task EndAsync()
    {
        await _visitors.EndAsync();
        _status.Complete(ServiceStatus.Stopped);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Service {Service} is published on ZeroNet.")]
    private partial void LogPublished(string service);
}
