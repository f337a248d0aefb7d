namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The connections to other gateways that carry several streams. Streams of different visitors or isolation keys never share one.</summary>
/// <param name="clock">The clock.</param>
internal sealed class SharedTunnels(TimeProvider clock) : IAsyncDisposable
{
    // A client who goes on within that time finds the connection open.
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SweepTime = TimeSpan.FromMinutes(1);

    // A connection that was silent for so long when somebody gave up may be dead without saying so: the next one has another.
    private static readonly TimeSpan SilentTime = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _open = [];
    private bool _isEnded;

    /// <summary>Opens a stream over a connection that is open, or over a new one.</summary>
    /// <param name="key">Whose streams may share a connection.</param>
    /// <param name="port">The virtual port.</param>
    /// <param name="connect">Makes a connection; one attempt at a time for a key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DialResult> OpenAsync(Key key, int port, Func<CancellationToken, Task<(SharedTunnel? Tunnel, DialError? Error)>> connect, CancellationToken cancellationToken)
    {
        // A connection that has just died is noticed by the first stream over it, which then has a new one.
        for (int attempt = 0; ; attempt++)
        {
            Entry entry = Rent(key);
            long? asked = null;
            try
            {
                (SharedTunnel? tunnel, DialError? error) = await entry.TunnelAsync(connect, cancellationToken);
                if (tunnel is null)
                {
                    return error!;
                }

                asked = clock.GetTimestamp();
                (TunnelConnection? connection, string? refusal) = await tunnel.OpenAsync(port, cancellationToken);
                if (connection is null)
                {
                    return new DialError(TunnelRefusal.ToDialError(refusal), ZeroNetAddress.OverlayName, TunnelRefusal.Printable(refusal));
                }

                return connection;
            }
            catch (IOException e)
            {
                Forget(key, entry);
                if (attempt > 0)
                {
                    return new DialError(DialErrorKind.Unreachable, ZeroNetAddress.OverlayName, e.Message);
                }
            }
            catch (OperationCanceledException) when (asked is { } since && clock.GetElapsedTime(since) >= SilentTime)
            {
                Forget(key, entry);
                throw;
            }
            finally
            {
                entry.Return(clock.GetTimestamp());
            }
        }
    }

    /// <summary>Has streams from now on share no connection with those before, which go on.</summary>
    public void LeaveAll()
    {
        lock (_gate)
        {
            foreach (Entry entry in _open.Values)
            {
                entry.Retire();
            }

            _open.Clear();
        }
    }

    /// <summary>Closes connections that carry nothing for a while, until cancelled.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SweepTime, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            List<Entry> idle = [];
            lock (_gate)
            {
                foreach ((Key key, Entry entry) in _open.ToArray())
                {
                    if (!entry.IsIdle)
                    {
                        entry.Touch(clock.GetTimestamp());
                    }
                    else if (clock.GetElapsedTime(entry.LastUse) >= IdleTime)
                    {
                        _open.Remove(key);
                        idle.Add(entry);
                    }
                }
            }

            foreach (Entry entry in idle)
            {
                await entry.DisposeAsync();
            }
        }
    }

    /// <summary>Closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        Entry[] open;
        lock (_gate)
        {
            _isEnded = true;
            open = [.. _open.Values];
            _open.Clear();
        }

        foreach (Entry entry in open)
        {
            await entry.DisposeAsync();
        }
    }

    private Entry Rent(Key key)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            if (!_open.TryGetValue(key, out Entry? entry) || entry.IsOver || entry.IsFull)
            {
                // A full one goes on by itself.
                entry?.Retire();
                _open[key] = entry = new Entry();
            }

            entry.Rent();
            return entry;
        }
    }

    // Streams that still go on are not cut.
    private void Forget(Key key, Entry entry)
    {
        lock (_gate)
        {
            if (_open.GetValueOrDefault(key) == entry)
            {
                _open.Remove(key);
            }
        }

        entry.Retire();
    }

    /// <summary>Whose streams may share a connection.</summary>
    /// <param name="Site">The service.</param>
    /// <param name="EndPoint">The gateway.</param>
    /// <param name="Isolation">The client.</param>
    /// <param name="Visitor">The address that the client goes by.</param>
    internal readonly record struct Key(ZeroNetAddress Site, RecordedEndPoint EndPoint, IsolationKey Isolation, ZeroNetAddress Visitor);

    private sealed class Entry : IAsyncDisposable
    {
        private readonly SemaphoreSlim _connecting = new(1);
        private volatile SharedTunnel? _tunnel;
        private volatile bool _isRetired;
        private volatile bool _isEnded;
        private int _users;

        public long LastUse { get; private set; }

        public bool IsOver => _tunnel is { Ended.IsCompleted: true };

        public bool IsFull => _tunnel is { Open: >= SharedTunnel.MostStreams };

        public bool IsIdle => Volatile.Read(ref _users) == 0 && _tunnel is null or { Open: 0 };

        public void Rent() => Interlocked.Increment(ref _users);

        public void Return(long now)
        {
            Touch(now);
            if (Interlocked.Decrement(ref _users) == 0 && _isRetired)
            {
                _tunnel?.Retire();
            }
        }

        public void Touch(long now) => LastUse = now;

        public async Task<(SharedTunnel? Tunnel, DialError? Error)> TunnelAsync(Func<CancellationToken, Task<(SharedTunnel? Tunnel, DialError? Error)>> connect, CancellationToken cancellationToken)
        {
            if (_tunnel is { Ended.IsCompleted: false } open)
            {
                return (open, null);
            }

            await _connecting.WaitAsync(cancellationToken);
            try
            {
                if (_tunnel is { Ended.IsCompleted: false } meanwhile)
                {
                    return (meanwhile, null);
                }

                (SharedTunnel? tunnel, DialError? error) = await connect(cancellationToken);
                _tunnel = tunnel ?? _tunnel;
                if (_isEnded && tunnel is not null)
                {
                    // All were closed while this one came about.
                    await tunnel.DisposeAsync();
                    throw new ObjectDisposedException(nameof(SharedTunnels));
                }

                return (tunnel, error);
            }
            finally
            {
                _connecting.Release();
            }
        }

        /// <summary>Takes no more streams; the connection ends with the last one.</summary>
        /// <remarks>Whoever is about to open a stream has it first: the connection may only come about now.</remarks>
        public void Retire()
        {
            _isRetired = true;
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _users) == 0)
            {
                _tunnel?.Retire();
            }
        }

        public ValueTask DisposeAsync()
        {
            _isEnded = true;
            Interlocked.MemoryBarrier();
            return _tunnel?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }
}
