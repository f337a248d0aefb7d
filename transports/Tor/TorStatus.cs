namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes the transport's status from what tor and its supervisor tell.</summary>
internal sealed class TorStatus
{
    private readonly StatusSource<TransportStatus> _source = new(TransportStatus.NotStarted);
    private readonly Lock _gate = new();
    private BootstrapPhase? _phase;
    private string? _noCircuits;
    private string? _refusedKeys;
    private bool _wasReady;

    public IStatus<TransportStatus> Status => _source;

    /// <summary>Work on the way to the first session.</summary>
    public void OnStarting(string what) => _source.Set(new TransportStatus.Starting(0, what));

    /// <summary>How far tor has come in joining its network.</summary>
    public void OnPhase(BootstrapPhase phase)
    {
        lock (_gate)
        {
            _phase = phase;
            Tell();
        }
    }

    /// <summary>Whether tor has circuits, which a network that fails takes away.</summary>
    /// <param name="noCircuits">Why it has none, or null where it has.</param>
    public void OnCircuits(string? noCircuits)
    {
        lock (_gate)
        {
            _noCircuits = noCircuits;
            Tell();
        }
    }

    /// <summary>A new session: which client keys its tor did not take.</summary>
    /// <param name="why">A sentence, or null where it took all.</param>
    public void OnClientKeys(string? why)
    {
        lock (_gate)
        {
            _refusedKeys = why;
            Tell();
        }
    }

    /// <summary>Tor, or the session with it, has ended and is started anew.</summary>
    public void OnInterrupted(string why)
    {
        lock (_gate)
        {
            _phase = null;
            _noCircuits = null;
            _source.Set(_wasReady ? new TransportStatus.Degraded(why) : new TransportStatus.Starting(0, why));
        }
    }

    public void Complete(TransportStatus last) => _source.Complete(last);

    private void Tell()
    {
        if (_phase is null)
        {
            return;
        }

        if (!_phase.IsDone)
        {
            string what = _phase.Warning is { } warning ? $"{_phase.Summary} ({warning})" : _phase.Summary;
            what = LogText.Redact(what);
            _source.Set(_wasReady
                ? new TransportStatus.Degraded($"Tor joins its network again, at {_phase.Progress} %: {what}.")
                : new TransportStatus.Starting(_phase.Progress / 100.0, what));
        }
        else if (_noCircuits is { } why)
        {
            _source.Set(new TransportStatus.Degraded($"Tor has no circuits ({LogText.Redact(why)}) and tries to build some. Check this machine's network and clock."));
        }
        else
        {
            _wasReady = true;
            _source.Set(_refusedKeys is null ? TransportStatus.Ready : new TransportStatus.Degraded(_refusedKeys));
        }
    }
}
