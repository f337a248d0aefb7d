using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Counts sessions, dials and runs of the router. docs/metrics.md describes the instruments.</summary>
internal sealed class I2PMetrics : IDisposable
{
    public const string MeterName = "Klyntar.Overlay.Transports.I2P";
    public const string SessionsName = "klyntar.overlay.i2p.sessions";
    public const string DialsName = "klyntar.overlay.i2p.dials";
    public const string RunsName = "klyntar.overlay.i2p.router.runs";

    public const string PurposeKey = "i2p.session.purpose";
    public const string OutcomeKey = "outcome";

    // OpenTelemetry's own key for what a failure was.
    public const string ErrorKey = "error.type";

    /// <summary>Sessions that dial, in use or spare.</summary>
    public const string Dial = "dial";

    /// <summary>Sessions that visitors come to.</summary>
    public const string Publish = "publish";

    private readonly Meter _meter;
    private readonly Counter<long> _dials;
    private readonly Counter<long> _runs;
    private int _dialling;
    private int _published;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">The host's, or null for a meter that stands alone.</param>
    public I2PMetrics(IMeterFactory? factory)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _meter.CreateObservableUpDownCounter(SessionsName, Sessions, "{session}", "Sessions that the router was asked for and that have not ended.");
        _dials = _meter.CreateCounter<long>(DialsName, "{dial}", "Dials that the router consented to, or that failed.");
        _runs = _meter.CreateCounter<long>(RunsName, "{run}", "How often a router's bridge began to answer: once, and once more after each restart.");
    }

    /// <summary>Sessions begin or end.</summary>
    /// <param name="purpose"><see cref="Dial"/> or <see cref="Publish"/>.</param>
    /// <param name="change">How many more.</param>
    public void OnSession(string purpose, int change) => Interlocked.Add(ref purpose == Dial ? ref _dialling : ref _published, change);

    /// <summary>A dial has come to its end.</summary>
    public void OnDial(DialResult result) =>
        _dials.Add(1, result.IsConnected
            ? new TagList { { OutcomeKey, "succeeded" } }
            : new TagList { { OutcomeKey, "failed" }, { ErrorKey, result.Error.Kind.MetricLabel() } });

    /// <summary>A router answers.</summary>
    public void OnRun() => _runs.Add(1);

    public void Dispose() => _meter.Dispose();

    private Measurement<int>[] Sessions() =>
    [
        new(Volatile.Read(ref _dialling), new KeyValuePair<string, object?>(PurposeKey, Dial)),
        new(Volatile.Read(ref _published), new KeyValuePair<string, object?>(PurposeKey, Publish)),
    ];
}
