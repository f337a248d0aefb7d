using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>Listens on a loopback address that stands for a peer's port, and leads whoever connects there to the peer.</summary>
/// <remarks>
/// A node may dial without limit while a peer is slow or away. So many as the limit says wait for their dials, which slows down whoever waits for one
/// before the next; the others are turned away at once. Not accepting them, so that the kernel's backlog would hold the node back, does not: a
/// node's loop without a guard was measured to go on until it had no descriptor left.
/// </remarks>
internal sealed partial class PeerDoor : IAsyncDisposable
{
    private static readonly TransportCapabilities Local = new() { HalfClose = true, Reset = true };

    private readonly IPEndPoint _endPoint;
    private readonly PeerOptions _options;
    private readonly PeerRoute _route;
    private readonly DialRace _race;
    private readonly DoorContext _context;
    private readonly ILogger _logger;
    private readonly string _peer;
    private readonly IsolationKey _isolation;
    private readonly PeerBreaker _breaker;
    private readonly SemaphoreSlim _turns;
    private readonly SemaphoreSlim _room;
    private readonly OpenCount _open = new();
    private readonly bool _isOnDemand;
    private readonly Lock _starting = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private EngineListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _accepted;
    private long _turnedAway;
    private long _dialled;
    private long _failed;
    private int _pending;
    private string? _blocked;
    private DialError? _lastError;

    /// <param name="peer">The peer's name.</param>
    /// <param name="origin">Where the peer is known from.</param>
    /// <param name="endPoint">Where to listen.</param>
    /// <param name="options">The peer.</param>
    /// <param name="route">The ways to this port of it.</param>
    /// <param name="context">What the doors share.</param>
    public PeerDoor(string peer, PeerOrigin origin, IPEndPoint endPoint, PeerOptions options, PeerRoute route, DoorContext context)
    {
        _peer = peer;
        _isOnDemand = origin == PeerOrigin.OnDemand;
        _endPoint = endPoint;
        _options = options;
        _route = route;
        _context = context;
        _race = new DialRace(context.Router, context.Clock);
        _breaker = new PeerBreaker(context.Clock);
        _turns = new SemaphoreSlim(options.Limits.PendingDials);
        _room = new SemaphoreSlim(options.Limits.Connections);
        _isolation = IsolationKey.From(options.IsolatePorts ? $"peer {peer} {endPoint.Port}" : $"peer {peer}", [], []);
        _logger = context.Loggers.CreateLogger<PeerDoor>();
    }

    /// <summary>The port.</summary>
    public int Port => _endPoint.Port;

    /// <summary>How this port is reached.</summary>
    public PeerRoute Route => _route;

    /// <summary>The target, where the peer is a service of this gateway, so that no overlay is needed.</summary>
    public ServiceTarget? Own => _route.Ways.Select(w => _context.Own.Find(w.EndPoint)).FirstOrDefault(t => t is not null);

    /// <summary>Whether it listens.</summary>
    public bool IsListening => _listener is not null;

    /// <summary>How the door is.</summary>
    public PeerPortReport Report
    {
        get
        {
            TimeSpan? trial = _breaker.NextTrial;
            return new PeerPortReport
            {
                Port = _endPoint.Port,
                State = !IsListening ? PeerPortState.Blocked : trial is null ? PeerPortState.Open : PeerPortState.Waiting,
                Detail = _blocked ?? (trial is null ? null : _lastError?.ToString()),
                NextTrialSeconds = trial is { } wait ? Math.Round(wait.TotalSeconds) : null,
                Connections = _open.Count,
                PendingDials = Volatile.Read(ref _pending),
                Accepted = Volatile.Read(ref _accepted),
                TurnedAway = Volatile.Read(ref _turnedAway),
                Dials = Volatile.Read(ref _dialled),
                FailedDials = Volatile.Read(ref _failed),
            };
        }
    }

    /// <summary>Begins to listen and accept, where that is possible; else <see cref="Report"/> says why not, and it may be tried again.</summary>
    /// <returns>Whether it listens.</returns>
    public bool TryStart()
    {
        // Who adds a peer, who looks it up and who tries again may come at once: the second one would find the address taken by the first.
        lock (_starting)
        {
            return TryListen();
        }
    }

    private bool TryListen()
    {
        if (_listener is not null || _stop.IsCancellationRequested)
        {
            return IsListening;
        }

        try
        {
            _listener = _context.Engine.Listen(_endPoint, new EngineListenOptions { ResumesOnLoop = true });
        }
        catch (SocketException e)
        {
            string why = PeerDoorTrouble.Explain(_endPoint, e.SocketErrorCode, e.Message);
            if (why != _blocked)
            {
                // On-demand peers have ports of KLYNTAR's custom, and nobody may want this one; else it would be told for each of a thousand.
                LogBlocked(_isOnDemand && e.SocketErrorCode == SocketError.AccessDenied ? LogLevel.Debug : LogLevel.Warning, _peer, _endPoint.Port, why);
                _blocked = why;
            }

            return false;
        }

        if (_blocked is not null)
        {
            LogUnblocked(_peer, _endPoint);
        }

        _blocked = null;
        _accepting = AcceptAsync(_listener);
        return true;
    }

    /// <summary>Dials the peer as for a client, and closes at once: the circuits are ready then for those who come.</summary>
    public async Task KeepWarmAsync(CancellationToken cancellationToken)
    {
        (DialResult result, _) = await _race.DialAsync(_route.Ways, Request(Deadline.After(_options.Limits.DialTimeout, _context.Clock)), cancellationToken);
        if (result.IsConnected)
        {
            _breaker.Reached();
            await CloseAsync(result.Connection);
        }
    }

    /// <summary>Dials the peer on one way alone, and closes at once.</summary>
    public async ValueTask<DialResult> TestAsync(Way way, Deadline deadline, CancellationToken cancellationToken)
    {
        (DialResult result, _) = await _race.DialAsync([way], Request(deadline), cancellationToken);
        if (result.IsConnected)
        {
            _breaker.Reached();
            await CloseAsync(result.Connection);
        }

        return result;
    }

    /// <summary>Accepts no more, ends what does not relay yet, and waits for the rest.</summary>
    /// <param name="drained">Ends the wait; the rest is then aborted.</param>
    public async Task StopAsync(CancellationToken drained)
    {
        await _stop.CancelAsync();
        EngineListener? listener;
        lock (_starting)
        {
            // From here on nobody begins to listen.
            listener = _listener;
        }

        if (listener is not null)
        {
            await listener.DisposeAsync();
        }

        await _accepting;
        Task emptied = _open.Emptied();
        await emptied.WaitAsync(drained).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _abort.CancelAsync();
        if (!await EndTime.SeeAsync(emptied, _context.Clock))
        {
            LogStuck(_peer, _endPoint.Port, _open.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _stop.Dispose();
        _abort.Dispose();
        _turns.Dispose();
        _room.Dispose();
    }

    private async Task AcceptAsync(EngineListener listener)
    {
        try
        {
            while (true)
            {
                if (await listener.AcceptAsync(_stop.Token) is not { } socket)
                {
                    return;
                }

                Interlocked.Increment(ref _accepted);
                if (!TryEnter())
                {
                    Interlocked.Increment(ref _turnedAway);
                    socket.Abort();
                    socket.Dispose();
                    continue;
                }

                // Its faults are its own: it ends in the log, whatever happens.
                _ = ServeAsync(socket);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The door is stopping.
        }
        catch (Exception e)
        {
            LogAcceptFailed(e, _peer, _endPoint.Port);
        }
    }
}
