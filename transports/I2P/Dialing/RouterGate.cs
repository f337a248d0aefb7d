namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Where dials go through while there is a router, and wait while there is none.</summary>
internal sealed class RouterGate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<DiallingSessions?> _sessions = Closed();
    private bool _isEnded;

    /// <summary>The sessions to dial over, or null.</summary>
    public DiallingSessions? Current
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Task.IsCompleted ? _sessions.Task.Result : null;
            }
        }
    }

    /// <summary>Lets dials through.</summary>
    public void Open(DiallingSessions sessions)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                Reset();
                _sessions.SetResult(sessions);
            }
        }
    }

    /// <summary>Holds dials back.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                Reset();
            }
        }
    }

    /// <summary>Ends the wait of all dials, these and later ones.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                _isEnded = true;
                Reset();
                _sessions.SetResult(null);
            }
        }
    }

    /// <summary>Waits until dials go through.</summary>
    /// <returns>The sessions; null where no router will come back.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<DiallingSessions?> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _sessions.Task.WaitAsync(cancellationToken);
        }
    }

    private void Reset()
    {
        if (_sessions.Task.IsCompleted)
        {
            _sessions = Closed();
        }
    }

    private static TaskCompletionSource<DiallingSessions?> Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
