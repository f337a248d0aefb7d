using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>A service on this machine: a listener for each port on the identity's own address.</summary>
internal sealed class LoopbackService : IPublishedService
{
    private readonly StatusSource<ServiceStatus> _status = new(ServiceStatus.Published);
    private readonly VisitorQueue _visitors;
    private readonly Action<LoopbackService> _ended;
    private readonly ImmutableArray<EngineListener> _listeners;
    private readonly Task[] _accepting;
    private readonly Lock _gate = new();
    private Task? _stopping;

    private LoopbackService(ServiceDefinition definition, ImmutableArray<OverlayEndPoint> endPoints, ImmutableArray<EngineListener> listeners, Action<LoopbackService> ended)
    {
        Definition = definition;
        EndPoints = endPoints;
        _visitors = new VisitorQueue(definition);
        _listeners = listeners;
        _ended = ended;
        _accepting = [.. listeners.Select((listener, i) => AcceptAsync(listener, definition.Ports[i]))];
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public ImmutableArray<string> Notes => Definition.TellVisitors ? ["visitors are not told apart, which this overlay does not do"] : [];

    /// <summary>Listens on all the ports, or on none.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port cannot be listened on.</exception>
    public static async Task<LoopbackService> ListenAsync(SocketEngine engine, ServiceDefinition definition, Action<LoopbackService> ended)
    {
        IPAddress address = LoopbackIdentities.AddressOf(definition.Identity.Secret);
        var endPoints = ImmutableArray.CreateBuilder<OverlayEndPoint>(definition.Ports.Length);
        var listeners = ImmutableArray.CreateBuilder<EngineListener>(definition.Ports.Length);
        try
        {
            foreach (int port in definition.Ports)
            {
                LoopbackEndPoint endPoint = new(address, port);
                listeners.Add(engine.Listen(endPoint.Socket, new EngineListenOptions()));
                endPoints.Add(endPoint);
            }

            return new LoopbackService(definition, endPoints.MoveToImmutable(), listeners.MoveToImmutable(), ended);
        }
        catch
        {
            foreach (EngineListener listener in listeners)
            {
                await listener.DisposeAsync();
            }

            throw;
        }
    }

    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => _visitors.AcceptAsync(cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _stopping ??= StopCoreAsync();
        }

        return new ValueTask(_stopping.WaitAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => StopAsync(CancellationToken.None);

    private async Task AcceptAsync(EngineListener listener, int port)
    {
        try
        {
            while (await listener.AcceptAsync() is { } socket)
            {
                // The kernel holds more, in the listener's backlog.
                await _visitors.LetInAsync(new Visitor(new SocketConnection(socket), port));
            }
        }
        catch (Exception e)
        {
            // A bug, or the system has taken the listener away: whoever accepts is told.
            _visitors.Fail(e);
            throw;
        }
    }

    private async Task StopCoreAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        await _visitors.EndAsync();
        foreach (EngineListener listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        await Task.WhenAll(_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended(this);
        _status.Complete(ServiceStatus.Stopped);
    }
}
