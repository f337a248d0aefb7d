using System.Collections.Immutable;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A service that we keep published, whatever becomes of the router: a destination for each virtual port.</summary>
internal sealed partial class I2PService : IPublishedService
{
    // Visitors who wait here hold a socket each; the rest wait in the router.
    private const int WaitingVisitors = 64;

    private readonly I2PPublisher _publisher;
    private readonly ILogger _logger;
    private readonly Channel<Visitor> _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("waiting for a router"));
    private readonly CancellationTokenSource _life = new();
    private readonly CancellationToken _ended;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _ready = [];
    private readonly Dictionary<string, HashSet<EngineSocket>> _in = new(StringComparer.Ordinal);
    private Task? _closing;
    private bool _wasPublished;

    public I2PService(I2PPublisher publisher, ServiceDefinition definition, ImmutableArray<OverlayEndPoint> endPoints, ILogger logger)
    {
        _publisher = publisher;
        _logger = logger;
        _ended = _life.Token;
        Definition = definition;
        _visitors = Channel.CreateBounded<Visitor>(new BoundedChannelOptions(WaitingVisitors) { AllowSynchronousContinuations = definition.AcceptingNeverBlocks });
        EndPoints = endPoints;
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _visitors.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_visitors.Reader.TryRead(out Visitor? visitor))
            {
                return visitor;
            }
        }

        return null;
    }

    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default)
    {
        EngineSocket[] sockets;
        lock (_gate)
        {
            sockets = _in.TryGetValue(identity, out HashSet<EngineSocket>? open) ? [.. open] : [];
        }

        Array.ForEach(sockets, static socket => socket.Abort());
        return ValueTask.FromResult(sockets.Length > 0);
    }

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

    /// <summary>Hands a visitor over, once there is a place for him.</summary>
    public async Task LetInAsync(Visitor visitor, EngineSocket socket)
    {
        lock (_gate)
        {
            if (!_in.TryGetValue(visitor.Identity!, out HashSet<EngineSocket>? sockets))
            {
                _in.Add(visitor.Identity!, sockets = []);
            }

            sockets.Add(socket);
        }

        visitor.Connection.ConnectionClosed.UnsafeRegister(static (state, _) =>
        {
            var (service, identity, socket) = ((I2PService, string, EngineSocket))state!;
            service.Release(identity, socket);
        }, (this, visitor.Identity!, socket));
        try
        {
            await _visitors.Writer.WriteAsync(visitor, _ended);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            visitor.Connection.Abort();
            await visitor.Connection.DisposeAsync();
        }
    }

    /// <summary>Ends for good.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            return _closing ??= CloseAsync();
        }
    }

    private async Task CloseAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        await _life.CancelAsync();
        _visitors.Writer.TryComplete();
        while (_visitors.Reader.TryRead(out Visitor? visitor))
        {
            visitor.Connection.Abort();
            await visitor.Connection.DisposeAsync();
        }

        _status.Complete(ServiceStatus.Stopped);
        _life.Dispose();
    }

    private void Release(string identity, EngineSocket socket)
    {
        lock (_gate)
        {
            if (_in.TryGetValue(identity, out HashSet<EngineSocket>? sockets) && sockets.Remove(socket) && sockets.Count == 0)
            {
                _in.Remove(identity);
            }
        }
    }
}
