using System.Collections.Immutable;
using System.Net.Sockets;
using Klyntar.Overlay;
using Klyntar.Overlay.Connections;

namespace SampleNamespace;

/// <summary>A published service: a Unix socket for each of its ports.</summary>
internal sealed class SampleClassService : IPublishedService
{
    // Published at once, since listening is all there is to it. Where an overlay takes its time, begin with ServiceStatus.Publishing.
    private readonly StatusSource<ServiceStatus> _status = new(ServiceStatus.Published);

    // Visitors on their way to whoever accepts them, with a place for each that has not said hello yet or waits.
    private readonly VisitorQueue _visitors;
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly ImmutableArray<EngineListener> _listeners;
    private readonly Task[] _accepting;
    private readonly TimeSpan _helloTimeout;
    private readonly TimeProvider _clock;
    private readonly Action<SampleClassService> _ended;
    private Task? _stopping;

    public SampleClassService(
        ServiceDefinition definition, ImmutableArray<OverlayEndPoint> endPoints, ImmutableArray<EngineListener> listeners, TimeSpan helloTimeout, TimeProvider clock, Action<SampleClassService> ended)
    {
        Definition = definition;
        EndPoints = endPoints;
        _visitors = new VisitorQueue(definition);
        (_listeners, _helloTimeout, _clock, _ended) = (listeners, helloTimeout, clock, ended);
        _accepting = [.. listeners.Select((listener, i) => AcceptAsync(listener, definition.Ports[i]))];
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    /// <summary>The next visitor; null once the service has ended. Giving up loses nobody.</summary>
    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => _visitors.AcceptAsync(cancellationToken);

    /// <summary>Ends all connections of a visitor.</summary>
    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => ValueTask.FromResult(_visitors.Expel(identity));

    /// <summary>Lets nobody in any more. Who is in stays. May be called again, and at the same time.</summary>
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
        List<Task> greetings = [];

        // While there is no place, more wait in the kernel and cost us nothing.
        while (await _visitors.TakePlaceAsync() && await listener.AcceptAsync() is { } socket)
        {
            // Beside each other: who says nothing holds nobody up.
            greetings.RemoveAll(greeting => greeting.IsCompleted);
            greetings.Add(GreetAsync(socket, port));
        }

        await Task.WhenAll(greetings);
    }

    private async Task GreetAsync(EngineSocket socket, int port)
    {
        bool isIn = false;
        try
        {
            using CancellationTokenSource patience = Deadline.After(_helloTimeout, _clock).CreateLinkedSource(_life.Token);
            if (await Hello.ReceiveAsync(socket, patience.Token) is { } identity)
            {
                _visitors.LetIn(new Visitor(new SocketConnection(socket), port, identity), expel: socket.Abort);
                isIn = true;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A visitor that broke off or took too long, or the service ends. What a stranger does is no error of ours.
        }
        finally
        {
            if (!isIn)
            {
                socket.Dispose();
                _visitors.GiveUpPlace();
            }
        }
    }

    private async Task StopCoreAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        await _visitors.EndAsync();
        await _life.CancelAsync();
        foreach (EngineListener listener in _listeners)
        {
            // Removes the socket's file too.
            await listener.DisposeAsync();
        }

        await Task.WhenAll(_accepting);
        _life.Dispose();
        _ended(this);
        _status.Complete(ServiceStatus.Stopped);
    }
}
