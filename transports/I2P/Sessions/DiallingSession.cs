using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A session that dials under one isolation key, or a spare one, with a transient destination.</summary>
internal sealed class DiallingSession : IDialOrigin
{
    private readonly HashSet<ConnectionContext> _open = [];
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _firstUsed;
    private long _lastUsed;
    private int _held;

    /// <summary>Makes one, which begins at once.</summary>
    public DiallingSession(Task<SamSession> session, TimeProvider clock)
    {
        Session = session;
        _clock = clock;
        _lastUsed = clock.GetTimestamp();
    }

    /// <summary>The session, once the router has been told.</summary>
    public Task<SamSession> Session { get; }

    /// <summary>Done once no dial is made over it any more. Its connections may be open still.</summary>
    public Task Left => _left.Task;

    /// <summary>Told when nobody needs it any more.</summary>
    public Action<DiallingSession>? OnDeserted { get; init; }

    /// <summary>How long nothing was dialled.</summary>
    public TimeSpan Age => _clock.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>How long ago it was first asked for; zero of a spare one.</summary>
    public TimeSpan TimeInUse => Volatile.Read(ref _firstUsed) is not 0 and var first ? _clock.GetElapsedTime(first) : TimeSpan.Zero;

    /// <summary>Whether its end is known.</summary>
    public bool IsOver => Session.IsFaulted || Session.IsCanceled || (Session.IsCompletedSuccessfully && Session.Result.Ended.IsCompleted);

    /// <summary>Whether a connection over it is open, or being made.</summary>
    public bool IsInUse
    {
        get
        {
            lock (_gate)
            {
                return _open.Count + _held > 0;
            }
        }
    }

    /// <summary>Somebody asked for it.</summary>
    public void Touch()
    {
        long now = _clock.GetTimestamp();
        Volatile.Write(ref _lastUsed, now);
        _ = Interlocked.CompareExchange(ref _firstUsed, now, 0);
    }

    /// <summary>A dial is made over it, until <see cref="EndDial"/>.</summary>
    public void BeginDial()
    {
        lock (_gate)
        {
            _held++;
        }
    }

    /// <summary>A dial has come to its end.</summary>
    public void EndDial()
    {
        lock (_gate)
        {
            _held--;
        }

        TellIfDeserted();
    }

    /// <summary>Keeps it until a connection has ended.</summary>
    public void Keep(ConnectionContext connection)
    {
        Touch();
        lock (_gate)
        {
            _open.Add(connection);
        }

        connection.ConnectionClosed.UnsafeRegister(static (state, _) =>
        {
            var (session, connection) = ((DiallingSession, ConnectionContext))state!;
            session.Release(connection);
        }, (this, connection));
    }

    /// <summary>Whether a connection goes over it.</summary>
    public bool Carries(ConnectionContext connection)
    {
        lock (_gate)
        {
            return _open.Contains(connection);
        }
    }

    /// <summary>No dial is made over it from now on; it ends with its last connection.</summary>
    public void Leave()
    {
        _left.TrySetResult();
        TellIfDeserted();
    }

    private void Release(ConnectionContext connection)
    {
        lock (_gate)
        {
            _open.Remove(connection);
        }

        TellIfDeserted();
    }

    private void TellIfDeserted()
    {
        lock (_gate)
        {
            if (!_left.Task.IsCompleted || _open.Count + _held > 0)
            {
                return;
            }
        }

        OnDeserted?.Invoke(this);
    }
}
