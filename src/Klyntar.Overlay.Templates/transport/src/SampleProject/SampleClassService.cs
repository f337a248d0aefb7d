using System.Collections.Immutable;
using System.Net.Sockets;
using System.Threading.Channels;
using Klyntar.Overlay;
using Klyntar.Overlay.Connections;

namespace SampleNamespace;

/// <summary>A published service: a Unix socket for each of its ports.</summary>
internal sealed class SampleClassService : IPublishedService
{
    // Visitors that have not said hello yet or wait to be accepted. While there are so many, more wait in the kernel and cost us nothing.
    private const int MostWaiting = 64;

    // Published at once, since listening is all there is to it. Where an overlay takes its time, begin with ServiceStatus.Publishing.
    private readonly StatusSource<ServiceStatus> _status = new(ServiceStatus.Published);
    private readonly Channel<Visitor> _visitors = Channel.CreateUnbounded<Visitor>();
    private readonly SemaphoreSlim _places = new(MostWaiting);
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
        (_listeners, _helloTimeout, _clock, _ended) = (listeners, helloTimeout, clock, ended);
        _accepting = [.. listeners.Select((listener, i) => AcceptAsync(listener, definition.Ports[i]))];
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    /// <summary>The next visitor; null once the service has ended. Giving up loses nobody.</summary>
    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _visitors.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_visitors.Reader.TryRead(out Visitor? visitor))
            {
                _places.Release();
                return visitor;
            }
        }

        return null;
    }

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
        try
        {
            while (true)
            {
                await _places.WaitAsync(_life.Token);
                if (await listener.AcceptAsync() is not { } socket)
                {
                    break;
                }

                // Beside each other: who says nothing holds nobody up.
                greetings.RemoveAll(greeting => greeting.IsCompleted);
                greetings.Add(GreetAsync(socket, port));
            }
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }

        await Task.WhenAll(greetings);
    }

    private async Task GreetAsync(EngineSocket socket, int port)
    {
        bool isIn = false;
        try
        {
            using CancellationTokenSource patience = Deadline.After(_helloTimeout, _clock).CreateLinkedSource(_life.Token);
            isIn = await Hello.ReceiveAsync(socket, patience.Token) is { } identity
                && _visitors.Writer.TryWrite(new Visitor(new SocketConnection(socket), port, identity));
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
                _places.Release();
            }
        }
    }

    private async Task StopCoreAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        _visitors.Writer.TryComplete();
        await _life.CancelAsync();
        foreach (EngineListener listener in _listeners)
        {
            // Removes the socket's file too.
            await listener.DisposeAsync();
        }

        await Task.WhenAll(_accepting);
        while (_visitors.Reader.TryRead(out Visitor? visitor))
        {
            await visitor.Connection.DisposeAsync();
        }

        _life.Dispose();
        _ended(this);
        _status.Complete(ServiceStatus.Stopped);
    }
}
