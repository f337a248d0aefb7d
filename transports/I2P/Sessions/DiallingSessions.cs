using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The sessions that dial on one run of a router: one for each isolation key, never shared, and a few spare ones, since each takes seconds.</summary>
internal sealed partial class DiallingSessions : IAsyncDisposable
{
    // A client that comes back later waits for a new one.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private readonly SamBridge _bridge;
    private readonly I2POptions _options;
    private readonly IReadOnlyList<string> _sessionOptions;
    private readonly I2PMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IsolationKey, DiallingSession> _byKey = [];
    private readonly Queue<DiallingSession> _spare = new();
    private readonly HashSet<DiallingSession> _all = [];
    private readonly HashSet<Task> _endings = [];

    public DiallingSessions(SamBridge bridge, I2POptions options, I2PMetrics metrics, ILogger logger)
    {
        _bridge = bridge;
        _options = options;
        _sessionOptions = SamSessionOptions.Of(options);
        _metrics = metrics;
        _logger = logger;
        Proofs = new DialProofs(bridge.Clock);
    }

    /// <summary>Which dials reached somebody.</summary>
    public DialProofs Proofs { get; }

    /// <summary>The bridge.</summary>
    public SamBridge Bridge => _bridge;

    /// <summary>The session for a dial under a key, which then holds it: <see cref="DiallingSession.EndDial"/> gives it back.</summary>
    /// <param name="key">Whose dial it is.</param>
    /// <param name="host">The destination.</param>
    /// <returns>It, perhaps not ready yet; null where as many as may be are in use.</returns>
    public DiallingSession? BeginDial(IsolationKey key, string host)
    {
        lock (_gate)
        {
            DiallingSession? session = Get(key);

            // At the cap it stays: a refusal would be no better.
            if (session is not null && Proofs.IsSilent(key, session, host) && Take(key) is { } other)
            {
                Log.Silent(_logger);
                Proofs.OnLeft(key, host);
                session.Leave();
                session = other;
            }

            session?.BeginDial();
            return session;
        }
    }

    /// <summary>The session for a key.</summary>
    /// <returns>It, perhaps not ready yet; null where as many as may be are in use.</returns>
    public DiallingSession? Get(IsolationKey key)
    {
        lock (_gate)
        {
            if (_life.IsCancellationRequested)
            {
                return null;
            }

            if (_byKey.TryGetValue(key, out DiallingSession? session) && !session.IsOver)
            {
                session.Touch();
                return session;
            }

            return Take(key);
        }
    }

    /// <summary>Has dials from now on take other sessions than those before. Spare ones were used by nobody.</summary>
    public void LeaveAll()
    {
        DiallingSession[] left;
        lock (_gate)
        {
            left = [.. _byKey.Values];
            _byKey.Clear();
        }

        Array.ForEach(left, static session => session.Leave());
    }

    /// <summary>Has dials from now on take another session than one that reaches nobody.</summary>
    public void Leave(DiallingSession session)
    {
        lock (_gate)
        {
            foreach ((IsolationKey key, DiallingSession other) in _byKey)
            {
                if (other == session)
                {
                    _byKey.Remove(key);
                    break;
                }
            }
        }

        session.Leave();
    }

    /// <summary>The session that a connection goes over, or null.</summary>
    public DiallingSession? Find(ConnectionContext connection)
    {
        lock (_gate)
        {
            return _all.FirstOrDefault(session => session.Carries(connection));
        }
    }

    /// <summary>Keeps spare sessions ready and ends those that nobody needs, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                Sweep();
                Refill();
            }

            await Task.Delay(BetweenLooks, _bridge.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends all.</summary>
    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        Task[] endings;
        lock (_gate)
        {
            foreach (DiallingSession session in _all.ToArray())
            {
                End(session);
            }

            _byKey.Clear();
            _spare.Clear();
            endings = [.. _endings];
        }

        await Task.WhenAll(endings);
        _life.Dispose();
    }

    private DiallingSession? Take(IsolationKey key)
    {
        DiallingSession? session = TakeSpare() ?? (MakeRoom() ? Add() : null);
        if (session is not null)
        {
            session.Touch();
            _byKey[key] = session;
            Refill();
        }

        return session;
    }

    private DiallingSession? TakeSpare()
    {
        while (_spare.TryDequeue(out DiallingSession? spare))
        {
            if (!spare.IsOver)
            {
                return spare;
            }

            End(spare);
        }

        return null;
    }

    // At the cap the one that was idle for longest gives way; one with open connections never.
    private bool MakeRoom()
    {
        Sweep();
        while (_all.Count >= _options.MaxSessions)
        {
            DiallingSession? idle = _byKey.Where(static entry => entry.Key != IsolationKey.Shared && !entry.Value.IsInUse).Select(static entry => entry.Value).MaxBy(static session => session.Age);
            if (idle is null)
            {
                return false;
            }

            Forget(idle);
        }

        return true;
    }

    private void Refill()
    {
        while (!_life.IsCancellationRequested && _spare.Count < _options.SpareSessions && _all.Count < _options.MaxSessions)
        {
            _spare.Enqueue(Add());
        }
    }

    private void Sweep()
    {
        foreach (DiallingSession session in _all.ToArray())
        {
            bool isSpare = _spare.Contains(session);
            if (!isSpare && (session.IsOver || (session.Age > LongestIdle && !session.IsInUse && _byKey.GetValueOrDefault(IsolationKey.Shared) != session)))
            {
                Forget(session);
            }
        }
    }

    private void Forget(DiallingSession session)
    {
        foreach ((IsolationKey key, DiallingSession other) in _byKey)
        {
            if (other == session)
            {
                _byKey.Remove(key);
                break;
            }
        }

        End(session);
    }

    private DiallingSession Add()
    {
        var key = I2PPrivateKey.Create();
        Task<SamSession> begun = SamSession.BeginAsync(_bridge, key, key.Destination.Host, _sessionOptions, _life.Token);
        var session = new DiallingSession(begun, _bridge.Clock) { OnDeserted = OnDeserted };
        _all.Add(session);
        _metrics.OnSession(I2PMetrics.Dial, 1);
        Log.Begun(_logger, _all.Count, _options.MaxSessions);
        return session;
    }

    private void OnDeserted(DiallingSession session)
    {
        lock (_gate)
        {
            End(session);
        }
    }

    private void End(DiallingSession session)
    {
        if (_all.Remove(session))
        {
            _metrics.OnSession(I2PMetrics.Dial, -1);
            Task ending = CloseAsync(session);
            _endings.RemoveWhere(static task => task.IsCompleted);
            _endings.Add(ending);
        }
    }

    private static async Task CloseAsync(DiallingSession session)
    {
        await Task.Yield();
        try
        {
            await (await session.Session).DisposeAsync();
        }
        catch (Exception e) when (e is SamException or OperationCanceledException)
        {
            // It never came about.
        }
    }
}
