using System.Collections.Immutable;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Processes;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>
/// One address, of one virtual port or of all: a key, and its session on whatever router there is. It outlives its service for as long as visitors are in, since
/// they would be cut off with the session; the same key published again meanwhile takes it over. Its service may dial over it, too.
/// </summary>
/// <param name="key">The key.</param>
/// <param name="host">The address.</param>
/// <param name="options">The session's options.</param>
/// <param name="rests">When the key may be used again.</param>
/// <param name="clock">The clock.</param>
/// <param name="metrics">Counts the session.</param>
/// <param name="logger">The log.</param>
internal sealed class I2PDoor(I2PPrivateKey key, string host, IReadOnlyList<string> options, KeyRests rests, TimeProvider clock, I2PMetrics metrics, ILogger logger) : IDialOrigin
{
    // An ACCEPT that ends before anybody came: i2pd 2.56 does that to one that is too young.
    private const int MostBrokenAccepts = 5;

    private static readonly TimeSpan AfterABrokenAccept = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<ConnectionContext> _connections = [];
    private readonly TaskCompletionSource _deserted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<SamSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private I2PService? _service;
    private ImmutableArray<int> _ports;
    private bool _isReady;

    /// <summary>What must have ended before: an earlier door of the same key.</summary>
    public Task After { get; init; } = Task.CompletedTask;

    /// <summary>Its work on a run of a router.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>The address.</summary>
    public string Host => host;

    /// <summary>The key's address, by which it is told from other keys.</summary>
    public string KeyHost => key.Destination.Host;

    /// <summary>Completes when it has neither service nor visitors, and is of no use any more.</summary>
    public Task Deserted => _deserted.Task;

    /// <inheritdoc/>
    public Task<SamSession> Session
    {
        get
        {
            lock (_gate)
            {
                return _session.Task;
            }
        }
    }

    /// <summary>Whether it has a service.</summary>
    public bool IsTaken
    {
        get
        {
            lock (_gate)
            {
                return _service is not null;
            }
        }
    }

    /// <summary>Gives it to a service.</summary>
    /// <returns>False where it is another's, or was deserted meanwhile.</returns>
    public bool TryAttach(I2PService service, ImmutableArray<int> ports)
    {
        bool isReady;
        lock (_gate)
        {
            if (_service is not null || _deserted.Task.IsCompleted)
            {
                return false;
            }

            (_service, _ports) = (service, ports);
            _attached.TrySetResult();
            isReady = _isReady;
        }

        if (isReady)
        {
            service.OnReady(ports);
        }

        return true;
    }

    /// <summary>Lets nobody in any more. Who is in stays.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _service = null;
            if (_attached.Task.IsCompleted)
            {
                _attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        DesertIfEmpty();
    }

    /// <inheritdoc/>
    public void Keep(ConnectionContext connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
        }

        ReleaseAtItsEnd(connection);
    }

    /// <inheritdoc/>
    public void EndDial()
    {
        // It lasts as long as its service.
    }

    /// <summary>Keeps a session on a run of a router until cancelled, or deserted.</summary>
    public async Task RunAsync(SamBridge bridge, CancellationToken cancellationToken)
    {
        var loop = new RestartLoop(new RestartBackOff { First = TimeSpan.FromSeconds(1) }, logger)
        {
            Clock = clock,
            OnInterrupted = interruption => OnInterrupted(interruption.Why),
        };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = loop.RunAsync(stop => ServeAsync(bridge, loop, stop), either.Token);
        await Task.WhenAny(running, Deserted);
        await either.CancelAsync();
        await running;
    }

    private async Task ServeAsync(SamBridge bridge, RestartLoop loop, CancellationToken stop)
    {
        await rests.WaitAsync(KeyHost, stop);
        SamSession session = await SamSession.BeginAsync(bridge, key, host, options, stop);
        lock (_gate)
        {
            _session.SetResult(session);
        }

        metrics.OnSession(I2PMetrics.Publish, 1);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task accepting = AcceptAsync(session, either.Token);
        try
        {
            if (await Task.WhenAny(session.Ready, session.Ended, accepting) == session.Ready && session.Ready.IsCompletedSuccessfully)
            {
                loop.OnWorking();
                OnReady();
            }

            await Task.WhenAny(session.Ended, accepting);
        }
        finally
        {
            lock (_gate)
            {
                _isReady = false;
                _session = new TaskCompletionSource<SamSession>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            // The session first: an ACCEPT that is closed alone strands the others.
            await session.DisposeAsync();
            metrics.OnSession(I2PMetrics.Publish, -1);
            rests.OnEnded(KeyHost);
            await either.CancelAsync();
            await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        stop.ThrowIfCancellationRequested();
        throw await session.Ended ?? accepting.Exception?.InnerException ?? new InvalidOperationException("A session ended without a reason.");
    }

    private async Task AcceptAsync(SamSession session, CancellationToken cancellationToken)
    {
        int broken = 0;
        while (true)
        {
            await _attached.Task.WaitAsync(cancellationToken);
            SamConnection connection = await session.Bridge.OpenAsync(cancellationToken);
            SamVisitor visitor;
            try
            {
                SamCommand command = SamCommand.Accept(session.Id);
                SamReply reply = await connection.AskAsync(command, cancellationToken);
                visitor = reply.IsOk ? await connection.ReadVisitorAsync(cancellationToken) : throw SamException.Refused(command.Name, reply);
                broken = 0;
            }
            catch (Exception e)
            {
                await connection.DisposeAsync();
                if (e is not SamException { Violation: SamViolation.Closed } || ++broken > MostBrokenAccepts)
                {
                    throw;
                }

                await Task.Delay(AfterABrokenAccept, clock, cancellationToken);
                continue;
            }

            // The next one is armed only when this visitor has a place: those who come meanwhile wait in the router's own queue.
            await LetInAsync(connection, visitor);
        }
    }

    private async Task LetInAsync(SamConnection connection, SamVisitor visitor)
    {
        EngineSocket socket = connection.Socket;
        SocketConnection stream = connection.TakeStream();
        I2PService? service;
        int? port;
        lock (_gate)
        {
            (service, port) = (_service, PortOf(visitor));
            if (service is not null && port is not null)
            {
                _connections.Add(stream);
            }
        }

        if (service is null || port is null)
        {
            socket.Abort();
            return;
        }

        ReleaseAtItsEnd(stream);
        await service.LetInAsync(new Visitor(stream, port.Value, visitor.Destination.Host), socket);
    }

    // Who carries no port reaches the first one, as where each port has an address of its own.
    private int? PortOf(SamVisitor visitor) =>
        _ports.Length == 1 || visitor.ToPort == 0 ? _ports[0]
        : _ports.Contains(visitor.ToPort) ? visitor.ToPort
        : null;

    private void ReleaseAtItsEnd(ConnectionContext connection) => connection.ConnectionClosed.UnsafeRegister(
        static (state, _) =>
        {
            var (door, connection) = ((I2PDoor, ConnectionContext))state!;
            door.Release(connection);
        },
        (this, connection));

    private void Release(ConnectionContext connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
        }

        DesertIfEmpty();
    }

    private void DesertIfEmpty()
    {
        lock (_gate)
        {
            if (_service is null && _connections.Count == 0)
            {
                _deserted.TrySetResult();
            }
        }
    }

    private void OnReady()
    {
        I2PService? service;
        ImmutableArray<int> ports;
        lock (_gate)
        {
            _isReady = true;
            (service, ports) = (_service, _ports);
        }

        service?.OnReady(ports);
    }

    private void OnInterrupted(string why)
    {
        I2PService? service;
        ImmutableArray<int> ports;
        lock (_gate)
        {
            (service, ports) = (_service, _ports);
        }

        service?.OnInterrupted(ports, why);
    }
}
