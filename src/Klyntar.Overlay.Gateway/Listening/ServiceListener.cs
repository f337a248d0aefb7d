using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A published service whose visitors the hosting program takes itself, port by port. It outlives restarts of helper programs.</summary>
internal sealed class ServiceListener : IAsyncDisposable
{
    private readonly RelayTimes _times;
    private readonly TimeProvider _clock;
    private readonly Func<ServiceListener, Task> _end;

    // What waits here is bounded by the service's limit of visitors.
    private readonly ConcurrentDictionary<int, Channel<AcceptedVisitor>> _open = [];
    private readonly Lock _gate = new();
    private Task? _ending;

    /// <param name="context">What doors share.</param>
    /// <param name="end">Stops the doors, when their visitors have left or had time for it.</param>
    public ServiceListener(DoorContext context, Func<ServiceListener, Task> end)
    {
        _times = context.Times;
        _clock = context.Clock;
        _end = end;
    }

    /// <summary>One for each overlay. Set before the first visitor may come.</summary>
    public ImmutableArray<ServiceDoor> Doors { get; set; } = [];

    /// <summary>Lets visitors of one of the service's ports in.</summary>
    /// <returns>False where somebody takes them already.</returns>
    public bool TryOpen(int port) => _open.TryAdd(port, Channel.CreateUnbounded<AcceptedVisitor>(new UnboundedChannelOptions { SingleReader = true }));

    /// <summary>Waits for the next visitor of an open port.</summary>
    /// <returns>Null once the port was closed.</returns>
    public async ValueTask<AcceptedVisitor?> AcceptAsync(int port, CancellationToken cancellationToken)
    {
        while (_open.TryGetValue(port, out Channel<AcceptedVisitor>? waiting) && await waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (waiting.Reader.TryRead(out AcceptedVisitor? visitor))
            {
                return visitor;
            }
        }

        return null;
    }

    /// <summary>Lets no more visitors in by a port; with the last one the service is withdrawn. Visitors who were accepted stay.</summary>
    public async Task CloseAsync(int port, CancellationToken cancellationToken)
    {
        if (_open.TryRemove(port, out Channel<AcceptedVisitor>? waiting))
        {
            waiting.Writer.Complete();
            while (waiting.Reader.TryRead(out AcceptedVisitor? visitor))
            {
                await TurnAwayAsync(visitor.Connection);
            }
        }

        if (_open.IsEmpty)
        {
            await Task.WhenAll(Doors.Select(d => d.WithdrawAsync(cancellationToken)));
        }
    }

    /// <summary>Withdraws the service, and gives the visitors who are left a moment.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new ValueTask(_ending ??= EndAsync());
        }
    }

    /// <summary>Has a visitor served, and ends the connection then.</summary>
    /// <returns>The connection, for its counters.</returns>
    internal async Task<ServerConnection> ServeAsync(Visitor visitor, OverlayEndPoint endPoint, bool halfCloses, CancellationToken cutShort)
    {
        var connection = new ServerConnection(visitor.Connection, halfCloses);
        if (!_open.TryGetValue(visitor.Port, out Channel<AcceptedVisitor>? waiting) || !waiting.Writer.TryWrite(new AcceptedVisitor(connection, endPoint, visitor.Identity)))
        {
            await TurnAwayAsync(connection);
        }

        await connection.EndAsync(_times.VisitorFinHoldBack, _clock, cutShort);
        return connection;
    }

    private static async ValueTask TurnAwayAsync(ServerConnection connection)
    {
        connection.Abort(new ConnectionAbortedException("Nobody takes visitors of this port."));
        await connection.DisposeAsync();
    }

    private async Task EndAsync()
    {
        // Off the caller's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (int port in _open.Keys)
        {
            await CloseAsync(port, CancellationToken.None);
        }

        await _end(this);
    }
}
