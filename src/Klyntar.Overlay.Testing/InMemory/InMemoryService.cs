using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing;

/// <summary>A service on an in-memory overlay.</summary>
internal sealed class InMemoryService : IPublishedService
{
    private readonly InMemoryTransport _transport;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("the overlay's helper"));
    private readonly Channel<Visitor> _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<InMemoryLink, string> _links = [];
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task? _stopping;

    public InMemoryService(InMemoryTransport transport, ServiceDefinition definition, ImmutableArray<OverlayEndPoint> endPoints)
    {
        _transport = transport;
        Definition = definition;
        EndPoints = endPoints;
        _waiting = Channel.CreateBounded<Visitor>(new BoundedChannelOptions(transport.Overlay.Options.Backlog) { AllowSynchronousContinuations = false });
    }

    public ServiceDefinition Definition { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public ImmutableArray<string> Notes => Definition.TellVisitors && !_transport.Capabilities.VisitorIdentity ? ["visitors are not told apart, which this overlay does not do"] : [];

    /// <summary>Whether a visitor can be let in at this moment.</summary>
    public bool IsReachable => _transport.IsUp;

    public InMemoryTransport Transport => _transport;

    /// <summary>Begins to keep the service published.</summary>
    public void Start() => _running = RunAsync();

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_waiting.Reader.TryRead(out Visitor? visitor))
            {
                return visitor;
            }
        }

        return null;
    }

    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default)
    {
        InMemoryLink[] links = [.. _links.Where(l => l.Value == identity).Select(l => l.Key)];
        foreach (InMemoryLink link in links)
        {
            link.Break();
        }

        return ValueTask.FromResult(links.Length > 0);
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

    /// <summary>Lets a visitor in, waiting while the backlog is full.</summary>
    /// <returns>False where the service has ended.</returns>
    public async ValueTask<bool> EnterAsync(Visitor visitor, InMemoryLink link, CancellationToken cancellationToken)
    {
        try
        {
            if (visitor.Identity is { } identity && _links.TryAdd(link, identity))
            {
                _ = link.Completion.ContinueWith(_ => _links.TryRemove(link, out string? _), TaskScheduler.Default);
            }

            await _waiting.Writer.WriteAsync(visitor, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Ends the service for good: the transport has failed.</summary>
    public void Fail(string why) => _status.Complete(new ServiceStatus.Failed(why));

    private async Task RunAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (await _transport.WaitForHelperAsync(stop).ConfigureAwait(false) is { } helper)
            {
                using var present = CancellationTokenSource.CreateLinkedTokenSource(stop, helper);
                try
                {
                    await PublishAsync(present.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    _status.Set(new ServiceStatus.Degraded("The overlay's helper has ended and is being started again."));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task PublishAsync(CancellationToken present)
    {
        // The time runs before the status says so: whoever sees it may advance a clock at once.
        Task time = Task.Delay(_transport.Overlay.Options.PublishTime, _transport.Clock, present);
        _status.Set(new ServiceStatus.Publishing("the overlay's confirmation"));
        await time.ConfigureAwait(false);
        await _transport.Overlay.WaitUntilConfirmingAsync(present).ConfigureAwait(false);
        for (int i = 0; i < EndPoints.Length; i++)
        {
            int? port = _transport.Capabilities.SharedAddress ? null : EndPoints[i].Port;
            _transport.Overlay.Register(EndPoints[i].Host, new InMemoryOverlay.Registration(this, port));
        }

        _status.Set(ServiceStatus.Published);
        await Task.Delay(Timeout.InfiniteTimeSpan, _transport.Clock, present).ConfigureAwait(false);
    }

    private async Task StopCoreAsync()
    {
        // Leaves the lock before anything that may run another's code.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (OverlayEndPoint endPoint in EndPoints)
        {
            _transport.Overlay.Unregister(endPoint.Host, this);
        }

        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out Visitor? visitor))
        {
            visitor.Connection.Abort(new ConnectionAbortedException("The service has stopped."));
            await visitor.Connection.DisposeAsync().ConfigureAwait(false);
        }

        _transport.Forget(this);
        _status.Complete(ServiceStatus.Stopped);
        _stop.Dispose();
    }
}
