using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>
/// One listening address of a service: its server program, and the visitors that come by it. It outlives its service for as long as visitors are in, since they
/// would be cut off with the program; the same key published there again meanwhile takes it over.
/// </summary>
/// <param name="key">The service's key.</param>
/// <param name="listen">Where the program listens.</param>
/// <param name="program">The program.</param>
/// <param name="folders">Where it keeps its state.</param>
/// <param name="engine">The engine of our connections with it.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class PluggableDoor(Obfs4Key key, IPEndPoint listen, PtProgram program, PtFolders folders, SocketEngine engine, TimeProvider clock, ILogger logger)
{
    private const string CookieName = "cookie";

    // obfs4proxy's own name for the file.
    private const string StateName = "obfs4_state.json";

    private readonly Lock _gate = new();
    private readonly HashSet<ConnectionContext> _connections = [];
    private readonly TaskCompletionSource _deserted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PluggableService? _service;
    private int _port;
    private bool _isReady;

    /// <summary>What must have ended before: an earlier door of the same address.</summary>
    public Task After { get; init; } = Task.CompletedTask;

    /// <summary>Its work.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Completes when it has neither service nor visitors, and is of no use any more.</summary>
    public Task Deserted => _deserted.Task;

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
    public bool TryAttach(PluggableService service, int port)
    {
        bool isReady;
        lock (_gate)
        {
            if (_service is not null || _deserted.Task.IsCompleted)
            {
                return false;
            }

            (_service, _port) = (service, port);
            isReady = _isReady;
        }

        if (isReady)
        {
            service.OnReady(port);
        }

        return true;
    }

    /// <summary>Lets nobody in any more. Who is in stays.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _service = null;
        }

        DesertIfEmpty();
    }

    /// <summary>Runs the program until cancelled, or deserted.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await After.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        string folder = folders.PathOfServer(key, listen);
        VisitorPort? visitors = null;
        Task accepting = Task.CompletedTask;
        var run = new PtRun(PtRole.Server, PtMethodName.Obfs4, folder)
        {
            Bind = listen,
            Prepare = () =>
            {
                if (visitors is null)
                {
                    visitors = VisitorPort.Open(engine, clock);
                    accepting = visitors.AcceptAsync(PtMethodName.Obfs4, () => IsTaken, LetInAsync, either.Token);
                }

                return Prepare(folder, visitors);
            },
        };
        Task running = new PtProcess(program, run, clock, logger).RunAsync(ServeAsync, OnInterrupted, either.Token);
        await Task.WhenAny(running, Deserted);
        await either.CancelAsync();
        await running;
        if (visitors is not null)
        {
            await visitors.DisposeAsync();
        }

        await accepting;
        PtFolders.Remove(folder);
    }

    private Dictionary<string, string> Prepare(string folder, VisitorPort visitors)
    {
        // The key by a file: in the environment the same user's other programs could read it, and core dumps would hold it.
        folders.Make(folder);
        PtFolders.Write(folder, StateName, key.Write());
        PtFolders.Write(folder, CookieName, ExtendedOrPortCodec.CookieFile(visitors.Cookie));
        return new Dictionary<string, string>
        {
            // pt-spec, section 3.2.3. There is no ORPort but the extended one.
            ["TOR_PT_ORPORT"] = "",
            ["TOR_PT_EXTENDED_SERVER_PORT"] = visitors.Address,
            ["TOR_PT_AUTH_COOKIE_FILE"] = Path.Join(folder, CookieName),
        };
    }

    private async Task ServeAsync(PtMethod offer, CancellationToken ended)
    {
        if (offer.Arguments.Find("cert") is not { } told || told != Obfs4Certificate.Write(key.Certificate))
        {
            throw new OverlayException($"{program.Name} listens under another key than the service's, so nobody would reach it. Check that it is obfs4proxy or lyrebird.");
        }

        OnReady();
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LetInAsync(SocketConnection connection, EngineSocket socket)
    {
        PluggableService? service;
        int port;
        lock (_gate)
        {
            (service, port) = (_service, _port);
            if (service is not null)
            {
                _connections.Add(connection);
            }
        }

        if (service is null)
        {
            connection.Abort();
            await connection.DisposeAsync();
            return;
        }

        connection.ConnectionClosed.UnsafeRegister(
            static (state, _) =>
            {
                var (door, connection) = ((PluggableDoor, ConnectionContext))state!;
                door.Release(connection);
            },
            (this, (ConnectionContext)connection));
        await service.LetInAsync(connection, socket, port);
    }

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
        PluggableService? service;
        int port;
        lock (_gate)
        {
            _isReady = true;
            (service, port) = (_service, _port);
        }

        service?.OnReady(port);
    }

    private void OnInterrupted(string why)
    {
        PluggableService? service;
        int port;
        lock (_gate)
        {
            _isReady = false;
            (service, port) = (_service, _port);
        }

        service?.OnInterrupted(port, why);
    }
}
