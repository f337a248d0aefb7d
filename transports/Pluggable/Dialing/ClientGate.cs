namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Where dials by one method go through while its program is ready, and wait while it is not.</summary>
internal sealed class ClientGate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<ClientRun?> _run = Closed();
    private bool _isEnded;

    /// <summary>Whether dials go through.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _run.Task is { IsCompleted: true, Result: not null };
            }
        }
    }

    /// <summary>Lets dials through.</summary>
    public void Open(ClientRun run) => Set(run, isEnd: false);

    /// <summary>Holds dials back.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_isEnded && _run.Task.IsCompleted)
            {
                _run = Closed();
            }
        }
    }

    /// <summary>Ends the wait of all dials, these and later ones.</summary>
    public void End() => Set(null, isEnd: true);

    /// <summary>Waits until dials go through.</summary>
    /// <returns>The run; null where no other will come.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ClientRun?> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _run.Task.WaitAsync(cancellationToken);
        }
    }

    private void Set(ClientRun? run, bool isEnd)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = isEnd;
            if (_run.Task.IsCompleted)
            {
                _run = Closed();
            }

            _run.SetResult(run);
        }
    }

    private static TaskCompletionSource<ClientRun?> Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
