namespace Klyntar.Overlay.Transports.Tor;

/// <summary>
/// Whether tor reaches any of its bridges, in one of its runs. Where a pluggable transport reaches none, tor goes on trying in
/// silence: no bootstrap warning comes of it.
/// </summary>
internal sealed class BridgeWatch : IDisposable
{
    /// <summary>What a slow bridge may take; a working one answers within seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly int _bridges;
    private readonly Action<string?> _tell;
    private readonly ITimer? _timer;
    private bool _isReached;
    private bool _isTold;

    /// <summary>Begins to wait.</summary>
    /// <param name="bridges">How many there are.</param>
    /// <param name="clock">Measures the patience.</param>
    /// <param name="tell">Told a sentence when none was reached in time, and null once one is.</param>
    public BridgeWatch(int bridges, TimeProvider clock, Action<string?> tell)
    {
        _bridges = bridges;
        _tell = tell;
        _timer = bridges > 0 ? clock.CreateTimer(static s => ((BridgeWatch)s!).OnLate(), this, Patience, Timeout.InfiniteTimeSpan) : null;
    }

    /// <summary>How many bridges a configuration has: tor(1), <c>Bridge [transport] IP:ORPort [fingerprint]</c>.</summary>
    public static int Count(IEnumerable<string> torrc) => torrc.Count(line => Torrc.Sets(line, "Bridge", "Bridge"));

    /// <summary>Tor has come so far.</summary>
    public void OnPhase(BootstrapPhase phase)
    {
        lock (_gate)
        {
            _isReached |= phase.HasReachedRelay;
            if (_isReached && _isTold)
            {
                _isTold = false;
                _tell(null);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void OnLate()
    {
        lock (_gate)
        {
            if (!_isReached)
            {
                _isTold = true;
                string which = _bridges == 1 ? "its bridge" : $"any of its {_bridges} bridges";
                _tell($"Tor has not reached {which} in {Patience.TotalSeconds:0} s, and goes on trying. Check this machine's network and transports.tor.bridges; where bridges are blocked, bridges.torproject.org gives others.");
            }
        }
    }
}
