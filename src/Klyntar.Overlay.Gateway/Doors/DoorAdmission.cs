namespace Klyntar.Overlay.Gateway;

/// <summary>Decides how many connections a door holds. At the limit the door accepts no more, and the kernel's backlog slows its clients down.</summary>
/// <remarks>
/// Telling clients at once that the door is full would only make them connect again at once. So that clients which never
/// finish their handshake cannot keep a full door shut, the oldest of them makes room for the next connection.
/// </remarks>
internal sealed class DoorAdmission(int limit, int limitPerClient, TimeProvider clock)
{
    /// <summary>A handshake takes milliseconds; one this old has stalled.</summary>
    internal static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<DoorConnection> _open = [];
    private readonly LinkedList<DoorConnection> _handshakes = new();
    private readonly Dictionary<DoorClient, int> _clients = [];
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _emptied;

    public int Limit => limit;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Counts a connection for its client.</summary>
    /// <returns>False where the client holds as many as it may.</returns>
    public bool TryCount(DoorConnection connection, DoorClient client)
    {
        lock (_gate)
        {
            int held = _clients.GetValueOrDefault(client);
            if (held >= limitPerClient)
            {
                return false;
            }

            _clients[client] = held + 1;
            connection.Client = client;
            return true;
        }
    }

    /// <summary>Waits until one more connection may be held. One call at a time, and only for a connection that is there: it may cost another its place.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            TimeSpan patience = Timeout.InfiniteTimeSpan;
            DoorConnection? stalled = null;
            lock (_gate)
            {
                if (_open.Count < limit)
                {
                    return;
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                if (_handshakes.First?.Value is { } oldest)
                {
                    TimeSpan left = StalledAfter - clock.GetElapsedTime(oldest.Since);
                    (stalled, patience) = left <= TimeSpan.Zero ? (oldest, patience) : (null, left);
                    if (stalled is not null)
                    {
                        EndHandshakeLocked(stalled);
                    }
                }
            }

            stalled?.Socket.Abort();
            try
            {
                await room.WaitAsync(patience, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The oldest handshake counts as stalled now.
            }
        }
    }

    /// <summary>Takes a connection in, at the start of its handshake.</summary>
    public void Enter(DoorConnection connection)
    {
        lock (_gate)
        {
            connection.Since = clock.GetTimestamp();
            connection.Handshake = _handshakes.AddLast(connection);
            _open.Add(connection);
        }
    }

    /// <summary>Notes that the client has said where it wants to go.</summary>
    public void EndHandshake(DoorConnection connection)
    {
        lock (_gate)
        {
            EndHandshakeLocked(connection);
        }
    }

    /// <summary>Notes that a connection has ended, whether it was taken in or not.</summary>
    public void Leave(DoorConnection connection)
    {
        lock (_gate)
        {
            EndHandshakeLocked(connection);
            _open.Remove(connection);
            if (connection.Client is { } client && --_clients[client] is 0)
            {
                _clients.Remove(client);
            }

            _room?.SetResult();
            _room = null;
            if (_open.Count == 0)
            {
                _emptied?.TrySetResult();
            }
        }
    }

    /// <summary>Ends all connections that do not relay yet.</summary>
    /// <returns>Completes when none is left at all.</returns>
    public Task EndWaiting()
    {
        DoorConnection[] waiting;
        Task emptied;
        lock (_gate)
        {
            waiting = [.. _open.Where(c => !c.IsRelaying)];
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            emptied = _emptied.Task;
            if (_open.Count == 0)
            {
                _emptied.SetResult();
            }
        }

        foreach (DoorConnection connection in waiting)
        {
            connection.Socket.Abort();
        }

        return emptied;
    }

    private void EndHandshakeLocked(DoorConnection connection)
    {
        if (connection.Handshake is { } node)
        {
            _handshakes.Remove(node);
            connection.Handshake = null;
        }
    }
}
