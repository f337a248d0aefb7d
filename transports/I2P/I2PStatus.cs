namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Makes the transport's status from what its router and sessions tell.</summary>
internal sealed class I2PStatus
{
    // What is left to do once a router answers takes longest.
    private const double AtTunnels = 0.3;

    private readonly StatusSource<TransportStatus> _source = new(TransportStatus.NotStarted);
    private readonly Lock _gate = new();
    private bool _wasReady;
    private bool _isReady;

    public IStatus<TransportStatus> Status => _source;

    /// <summary>Work on the way to the first run.</summary>
    public void OnStarting(string what) => _source.Set(new TransportStatus.Starting(0, what));

    /// <summary>A router is there.</summary>
    public void OnRouter()
    {
        lock (_gate)
        {
            _isReady = false;
            _source.Set(_wasReady
                ? new TransportStatus.Degraded("The router is there again and builds tunnels.")
                : new TransportStatus.Starting(AtTunnels, "building tunnels"));
        }
    }

    /// <summary>How far a router of our own has come, which is of interest until dials go through.</summary>
    public void OnProgress(RouterProgress progress)
    {
        lock (_gate)
        {
            if (!_isReady)
            {
                string what = progress.Trouble ?? progress.What;
                _source.Set(_wasReady ? new TransportStatus.Degraded(what) : new TransportStatus.Starting(AtTunnels, what));
            }
        }
    }

    /// <summary>Dials go through.</summary>
    public void OnReady()
    {
        lock (_gate)
        {
            _wasReady = _isReady = true;
            _source.Set(TransportStatus.Ready);
        }
    }

    /// <summary>The router is gone, or does not do what it should, and that passes.</summary>
    public void OnInterrupted(string why)
    {
        lock (_gate)
        {
            _isReady = false;
            _source.Set(_wasReady ? new TransportStatus.Degraded(why) : new TransportStatus.Starting(0, why));
        }
    }

    /// <summary>The last status.</summary>
    public void Complete(TransportStatus last) => _source.Complete(last);
}
