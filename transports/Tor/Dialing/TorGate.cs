using System.Net;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Where dials go through while tor is ready, and wait while it is not.</summary>
internal sealed class TorGate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<EndPoint?> _socks = Closed();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isEnded;

    /// <summary>Completes when tor will not come back.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether dials go through.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return !_isEnded && _socks.Task.IsCompleted;
            }
        }
    }

    /// <summary>Lets dials through to tor's SOCKS port.</summary>
    public void Open(EndPoint socks)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                if (_socks.Task.IsCompleted)
                {
                    _socks = Closed();
                }

                _socks.SetResult(socks);
            }
        }
    }

    /// <summary>Holds dials back until tor is ready again.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_isEnded && _socks.Task.IsCompleted)
            {
                _socks = Closed();
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
                if (_socks.Task.IsCompleted)
                {
                    _socks = Closed();
                }

                _socks.SetResult(null);
            }
        }

        _ended.TrySetResult();
    }

    /// <summary>Waits until dials go through.</summary>
    /// <returns>Tor's SOCKS port; null where tor will not come back.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<EndPoint?> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _socks.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource<EndPoint?> Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
