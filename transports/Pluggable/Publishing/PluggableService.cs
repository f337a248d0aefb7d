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
        string shown = $"Whoever has the address of {definition.Name} on {PluggableEndPoint.OverlayName} knows this machine's: it is part of it.";
        Notes = definition.TellVisitors
            ? [shown, $"The visitors of {definition.Name} cannot be told apart on {PluggableEndPoint.OverlayName}: limits hold for all of them together."]
            : [shown];
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
    public async Task LetInAsync(Visitor visitor)
    {
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
}
