using System.Globalization;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes the transport's status from what tor and its supervisor tell.</summary>
internal sealed class TorStatus
{
    // Tor itself minds less than that nowhere.
    private static readonly TimeSpan SmallestSkew = TimeSpan.FromMinutes(1);

    // Control-spec, section 4.1.10: the reason that tor gives after a sleep.
    private const string ClockJumped = "CLOCK_JUMPED";

    private readonly StatusSource<TransportStatus> _source = new(TransportStatus.NotStarted);
    private readonly Lock _gate = new();
    private BootstrapPhase? _phase;
    private string? _noCircuits;
    private string? _noPlugins;
    private string? _noBridge;
    private string? _stalled;
    private string? _refusedKeys;
    private TimeSpan _clockSkew;
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

    /// <summary>Whether tor has launched its pluggable transports.</summary>
    /// <param name="noPlugins">What is missing, as a sentence, or null where nothing is.</param>
    public void OnPlugins(string? noPlugins)
    {
        lock (_gate)
        {
            _noPlugins = noPlugins;
            Tell();
        }
    }

    /// <summary>Whether tor reaches one of its bridges.</summary>
    /// <param name="noBridge">That it does not, as a sentence, or null where it does.</param>
    public void OnBridges(string? noBridge)
    {
        lock (_gate)
        {
            _noBridge = noBridge;
            Tell();
        }
    }

    /// <summary>Whether anything moves, while tor says that it is ready.</summary>
    /// <param name="stalled">What was noticed, as a sentence, or null where all is well.</param>
    public void OnStalled(string? stalled)
    {
        lock (_gate)
        {
            _stalled = stalled;
            Tell();
        }
    }

    /// <summary>How far this machine's clock is ahead of some other's, which may be the one that is wrong: it only explains what goes wrong otherwise.</summary>
    public void OnClockSkew(TimeSpan skew)
    {
        lock (_gate)
        {
            _clockSkew = skew;
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
            _noPlugins = null;
            _noBridge = null;
            _stalled = null;
            _clockSkew = default;
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
            if (Clock() is { } clock)
            {
                what = $"{what}. {clock}";
            }

            _source.Set(
                (_noPlugins ?? _noBridge) is { } missing ? new TransportStatus.Degraded(missing)
                : _wasReady ? new TransportStatus.Degraded($"Tor joins its network again, at {_phase.Progress} %: {what}{(what.EndsWith('.') ? "" : ".")}")
                : new TransportStatus.Starting(_phase.Progress / 100.0, what));
        }
        else if (_noCircuits is { } why)
        {
            string what = why == ClockJumped
                ? $"This machine slept, or its clock was set ({ClockJumped}): tor's circuits are lost, and it builds new ones."
                : $"Tor has no circuits ({LogText.Redact(why)}) and tries to build some.";
            string? check = Clock() ?? (why == ClockJumped ? null : "Check this machine's network and clock.");
            _source.Set(new TransportStatus.Degraded(check is null ? what : $"{what} {check}"));
        }
        else if (_stalled is { } stalled)
        {
            _source.Set(new TransportStatus.Degraded(Clock() is { } clock ? $"{stalled} {clock}" : stalled));
        }
        else
        {
            _wasReady = true;
            _source.Set(_refusedKeys is null ? TransportStatus.Ready : new TransportStatus.Degraded(_refusedKeys));
        }
    }

    private string? Clock() => _clockSkew.Duration() < SmallestSkew
        ? null
        : $"This machine's clock seems to be {Span(_clockSkew.Duration())} {(_clockSkew < TimeSpan.Zero ? "slow" : "fast")}: set it right.";

    private static string Span(TimeSpan span) => span.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min");
}
