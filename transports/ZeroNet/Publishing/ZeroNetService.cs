using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A service that we keep published: a site of its own, and a place where its visitors wait to be accepted.</summary>
internal sealed partial class ZeroNetService : IPublishedService, ITunnelService
{
    // A visitor who finds no place is refused at once, and need not guess.
    private const int WaitingVisitors = 64;

    private readonly ZeroNetPublisher _publisher;
    private readonly ILogger _logger;
    private readonly Channel<Visitor> _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("waiting for the peer port"));
    private readonly Dictionary<string, HashSet<TunnelConnection>> _in = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task? _closing;
    private int _waiting;
    private bool _isEnded;
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
        _visitors = Channel.CreateUnbounded<Visitor>(new UnboundedChannelOptions { AllowSynchronousContinuations = definition.AcceptingNeverBlocks });
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
    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _visitors.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_visitors.Reader.TryRead(out Visitor? visitor))
            {
                GiveUpPlace();
                return visitor;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default)
    {
        TunnelConnection[] connections;
        lock (_gate)
        {
            connections = _in.TryGetValue(identity, out HashSet<TunnelConnection>? open) ? [.. open] : [];
        }

        Array.ForEach(connections, static connection => connection.Abort());
        return ValueTask.FromResult(connections.Length > 0);
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _publisher.Withdraw(this);
        return new ValueTask(EndAsync().WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => StopAsync();

    /// <inheritdoc/>
    public bool TryTakePlace()
    {
        lock (_gate)
        {
            if (_isEnded || _waiting == WaitingVisitors)
            {
                return false;
            }

            _waiting++;
            return true;
        }
    }

    /// <inheritdoc/>
    public void GiveUpPlace()
    {
        lock (_gate)
        {
            _waiting--;
        }
    }

    /// <inheritdoc/>
    public void LetIn(TunnelConnection connection, int port, ZeroNetAddress visitor)
    {
        lock (_gate)
        {
            if (!_in.TryGetValue(visitor.Text, out HashSet<TunnelConnection>? open))
            {
                _in.Add(visitor.Text, open = []);
            }

            open.Add(connection);
        }

        connection.ConnectionClosed.UnsafeRegister(static (state, _) =>
        {
            var (service, visitor, connection) = ((ZeroNetService, string, TunnelConnection))state!;
            service.Release(visitor, connection);
        }, (this, visitor.Text, connection));
        if (!_visitors.Writer.TryWrite(new Visitor(connection, port, visitor.Text)))
        {
            _ = DropAsync(connection);
        }
    }

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
    public Task EndAsync()
    {
        lock (_gate)
        {
            _isEnded = true;
            return _closing ??= CloseAsync();
        }
    }

    private static async Task DropAsync(TunnelConnection connection)
    {
        connection.Abort();
        await connection.DisposeAsync();
    }

    private async Task CloseAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        _visitors.Writer.TryComplete();
        while (_visitors.Reader.TryRead(out Visitor? visitor))
        {
            await DropAsync((TunnelConnection)visitor.Connection);
        }

        _status.Complete(ServiceStatus.Stopped);
    }

    private void Release(string visitor, TunnelConnection connection)
    {
        lock (_gate)
        {
            if (_in.TryGetValue(visitor, out HashSet<TunnelConnection>? open) && open.Remove(connection) && open.Count == 0)
            {
                _in.Remove(visitor);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Service {Service} is published on ZeroNet.")]
    private partial void LogPublished(string service);
}
