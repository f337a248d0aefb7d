using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>A service on this machine: a listener for each port on the identity's own address.</summary>
internal sealed class LoopbackService : IPublishedService
{
    // The kernel holds more, in each listener's backlog.
    private const int MaxWaiting = 64;

    private readonly StatusSource<ServiceStatus> _status = new(ServiceStatus.Published);
    private readonly Channel<Visitor> _waiting = Channel.CreateBounded<Visitor>(MaxWaiting);
    private readonly Action<LoopbackService> _ended;
    private readonly ImmutableArray<EngineListener> _listeners;
    private readonly Task[] _accepting;
    private readonly Lock _gate = new();
    private Task? _stopping;

    private LoopbackService(ServiceDefinition definition, ImmutableArray<OverlayEndPoint> endPoints, ImmutableArray<EngineListener> listeners, Action<LoopbackService> ended)
    {
        Definition = definition;
        EndPoints = endPoints;
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

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_waiting.Reader.TryRead(out Visitor? visitor))
            {
                return visitor;
            }
        }

        return null;
    }

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
                Visitor visitor = new(new SocketConnection(socket), port);
                if (!_waiting.Writer.TryWrite(visitor) && !await TryEnterAsync(visitor))
                {
                    visitor.Connection.Abort();
                    await visitor.Connection.DisposeAsync();
                }
            }
        }
        catch (Exception e)
        {
            // A bug, or the system has taken the listener away: whoever accepts is told.
            _waiting.Writer.TryComplete(e);
            throw;
        }
    }

    private async ValueTask<bool> TryEnterAsync(Visitor visitor)
    {
        while (await _waiting.Writer.WaitToWriteAsync())
        {
            if (_waiting.Writer.TryWrite(visitor))
            {
                return true;
            }
        }

        return false;
    }

    private async Task StopCoreAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        _waiting.Writer.TryComplete();
        foreach (EngineListener listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        await Task.WhenAll(_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_waiting.Reader.TryRead(out Visitor? visitor))
        {
            visitor.Connection.Abort();
            await visitor.Connection.DisposeAsync();
        }

        _ended(this);
        _status.Complete(ServiceStatus.Stopped);
    }
}
