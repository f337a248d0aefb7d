namespace Klyntar.Overlay.Gateway;

/// <summary>One of several ways to a peer, and what dials on it were like. Safe to use from several threads at once.</summary>
internal sealed class Way(string host, TransportHost transport, OverlayEndPoint endPoint, TimeProvider clock)
{
    /// <summary>A way that failed is no worse than others again after this time.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    // Of each new measurement a quarter counts, as in TCP's smoothed round-trip time at its start.
    private const double Weight = 0.25;

    private readonly Lock _gate = new();
    private TimeSpan? _latency;
    private int _failures;
    private long _failedAt;
    private DialError? _lastError;

    public TransportHost Transport => transport;

    public OverlayEndPoint EndPoint => endPoint;

    /// <summary>The host, as it was written.</summary>
    public string Host => host;

    /// <summary>How long a dial takes, smoothed; null before one was successful.</summary>
    public TimeSpan? Latency
    {
        get
        {
            lock (_gate)
            {
                return _latency;
            }
        }
    }

    /// <summary>How many dials in a row failed, as far as that is remembered.</summary>
    public int Failures
    {
        get
        {
            lock (_gate)
            {
                return _failures > 0 && clock.GetElapsedTime(_failedAt) > Memory ? 0 : _failures;
            }
        }
    }

    /// <summary>Why the last dial failed; null where it was successful.</summary>
    public DialError? LastError
    {
        get
        {
            lock (_gate)
            {
                return _lastError;
            }
        }
    }

    /// <summary>Notes that a dial was successful.</summary>
    public void Reached(TimeSpan latency)
    {
        lock (_gate)
        {
            _latency = _latency is { } known ? known + ((latency - known) * Weight) : latency;
            _failures = 0;
            _lastError = null;
        }
    }

    /// <summary>Notes that a dial failed, where that tells something of the way.</summary>
    public void Failed(DialError error)
    {
        if (error.Kind is DialErrorKind.Cancelled or DialErrorKind.TooManyDials or DialErrorKind.OutOfResources)
        {
            return;
        }

        lock (_gate)
        {
            _failures++;
            _failedAt = clock.GetTimestamp();
            _lastError = error;
        }
    }
}
