using System.Collections.Immutable;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A service that we keep published, whatever becomes of its programs: a server program for each virtual port.</summary>
internal sealed partial class PluggableService : IPublishedService
{
    // Visitors who wait here hold a socket each; the rest wait in the program.
    private const int WaitingVisitors = 64;

    private readonly PluggablePublisher _publisher;
    private readonly ILogger _logger;
    private readonly Channel<Visitor> _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("starting its program"));
    private readonly CancellationTokenSource _life = new();
    private readonly CancellationToken _ended;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _ready = [];
    private readonly Dictionary<string, HashSet<EngineSocket>> _in = new(StringComparer.Ordinal);
    private Task? _closing;
    private bool _wasPublished;

    public PluggableService(PluggablePublisher publisher, ServiceDefinition definition, ImmutableArray<ServicePlace> places, ILogger logger)
    {
        _publisher = publisher;
        _logger = logger;
        _ended = _life.Token;
        Definition = definition;
        EndPoints = [.. places.Select(static place => (OverlayEndPoint)place.EndPoint)];
        _visitors = Channel.CreateBounded<Visitor>(new BoundedChannelOptions(WaitingVisitors) { AllowSynchronousContinuations = definition.AcceptingNeverBlocks });
        Notes = [$"Whoever has the address of {definition.Name} on {PluggableEndPoint.OverlayName} knows this machine's: it is part of it."];
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public ImmutableArray<string> Notes { get; }

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

    /// <summary>Hands a visitor over, once there is a place for him.</summary>
    /// <param name="connection">His connection, whose remote end point is his address.</param>
    /// <param name="socket">Its socket.</param>
    /// <param name="port">The virtual port that he came to.</param>
    public async Task LetInAsync(SocketConnection connection, EngineSocket socket, int port)
    {
        string? identity = Definition.TellVisitors ? VisitorAddress.IdentityOf(connection.RemoteEndPoint) : null;
        if (identity is not null)
        {
            Note(identity, connection, socket);
        }

        try
        {
            await _visitors.Writer.WriteAsync(new Visitor(connection, port, identity), _ended);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            connection.Abort();
            await connection.DisposeAsync();
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

    private void Note(string identity, SocketConnection connection, EngineSocket socket)
    {
        lock (_gate)
        {
            if (!_in.TryGetValue(identity, out HashSet<EngineSocket>? sockets))
            {
                _in.Add(identity, sockets = []);
            }

            sockets.Add(socket);
        }

        connection.ConnectionClosed.UnsafeRegister(
            static (state, _) =>
            {
                var (service, identity, socket) = ((PluggableService, string, EngineSocket))state!;
                service.Release(identity, socket);
            },
            (this, identity, socket));
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
