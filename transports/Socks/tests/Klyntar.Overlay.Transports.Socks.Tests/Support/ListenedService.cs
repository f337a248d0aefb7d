using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>What stands on the far side of an overlay that is only dialled: listeners of 127.0.0.1, as the contract's tests know a service.</summary>
internal sealed class ListenedService : IPublishedService
{
    private readonly StatusSource<ServiceStatus> _status = new(ServiceStatus.Published);
    private readonly Channel<Visitor> _visitors = Channel.CreateUnbounded<Visitor>();
    private readonly EngineListener[] _listeners;
    private readonly Action _ended;
    private readonly Task _accepting;
    private Task? _stopping;

    /// <summary>Listens.</summary>
    /// <param name="count">On how many free ports.</param>
    /// <param name="name">Gives each its end point.</param>
    /// <param name="ended">Called at the end.</param>
    public ListenedService(int count, Func<IPEndPoint, OverlayEndPoint> name, Action? ended = null)
    {
        _listeners = [.. Enumerable.Range(0, count).Select(_ => SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions()))];
        EndPoints = [.. _listeners.Select(listener => name((IPEndPoint)listener.LocalEndPoint))];
        Definition = new ServiceDefinition { Name = "listened", Identity = new Identity("socks", "a.another", [1]), Ports = [.. EndPoints.Select(e => e.Port)] };
        _ended = ended ?? (() => { });
        _accepting = Task.WhenAll(_listeners.Select((listener, i) => AcceptAsync(listener, EndPoints[i].Port)));
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _visitors.Reader.WaitToReadAsync(cancellationToken) && _visitors.Reader.TryRead(out Visitor? visitor) ? visitor : null;

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => new(_stopping ??= StopCoreAsync());

    public ValueTask DisposeAsync() => StopAsync(CancellationToken.None);

    private async Task AcceptAsync(EngineListener listener, int port)
    {
        while (await listener.AcceptAsync() is { } socket)
        {
            if (!_visitors.Writer.TryWrite(new Visitor(new SocketConnection(socket), port)))
            {
                socket.Dispose();
            }
        }
    }

    private async Task StopCoreAsync()
    {
        _visitors.Writer.TryComplete();
        foreach (EngineListener listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        await _accepting;
        while (_visitors.Reader.TryRead(out Visitor? visitor))
        {
            await visitor.Connection.DisposeAsync();
        }

        _ended();
        _status.Complete(ServiceStatus.Stopped);
    }
}
