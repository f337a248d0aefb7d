using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Counts what becomes of tor's circuits and streams. docs/metrics.md describes the instruments.</summary>
internal sealed class TorMetrics : IDisposable
{
    public const string MeterName = "Klyntar.Overlay.Transports.Tor";
    public const string OpenName = "klyntar.overlay.tor.circuits";
    public const string BuildsName = "klyntar.overlay.tor.circuit.builds";
    public const string DurationName = "klyntar.overlay.tor.circuit.build.duration";
    public const string StreamsName = "klyntar.overlay.tor.streams";

    public const string CircuitPurposeKey = "tor.circuit.purpose";
    public const string CircuitStateKey = "tor.circuit.state";
    public const string StreamPurposeKey = "tor.stream.purpose";
    public const string OutcomeKey = "outcome";

    // OpenTelemetry's own key for what a failure was.
    public const string ErrorKey = "error.type";

    // A busy service has some thousand visitors' circuits.
    private const int MostCircuits = 16_384;
    private const int MostStreams = 4_096;

    // Tor gives a circuit up after a minute at most.
    private static readonly InstrumentAdvice<double> DurationAdvice = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };

    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly ObservableUpDownCounter<int> _open;
    private readonly Counter<long> _builds;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _streams;
    private readonly Lock _gate = new();
    private readonly OpenTable<OpenCircuit> _circuits = new(MostCircuits);

    // By what they are for, until they are connected or have failed.
    private readonly OpenTable<string> _connecting = new(MostStreams);

    // What was told once is told as 0, or a reader would go on showing what it was told last.
    private readonly Dictionary<(string Purpose, bool IsBuilt), int> _told = [];

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">The host's, or null for a meter that stands alone.</param>
    /// <param name="clock">Measures how long circuits take.</param>
    public TorMetrics(IMeterFactory? factory, TimeProvider clock)
    {
        _clock = clock;
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _open = _meter.CreateObservableUpDownCounter(OpenName, Open, "{circuit}", "Circuits that are open, of those made since the instrument is read.");
        _builds = _meter.CreateCounter<long>(BuildsName, "{circuit}", "Circuits that were built, or were not.");
        _durations = _meter.CreateHistogram(DurationName, "s", "How long circuits took from their launch until they were built.", advice: DurationAdvice);
        _streams = _meter.CreateCounter<long>(StreamsName, "{stream}", "Streams that were connected, or were not.");
    }

    /// <summary>Whether anybody reads.</summary>
    public bool IsRead => _open.Enabled || _builds.Enabled || _durations.Enabled || _streams.Enabled;

    /// <summary>Takes in what happened to a circuit.</summary>
    public void OnCircuit(CircuitEvent circuit)
    {
        string purpose = MetricLabels.CircuitPurpose(circuit.Purpose);
        lock (_gate)
        {
            bool isKnown = _circuits.TryGet(circuit.CircuitId, out OpenCircuit known);
            switch (circuit.Status)
            {
                case "LAUNCHED":
                    _circuits.Set(circuit.CircuitId, new OpenCircuit(purpose, IsBuilt: false, _clock.GetTimestamp()));
                    break;
                case "BUILT":
                    // One that was kept in stock and is taken further comes here again.
                    _circuits.Set(circuit.CircuitId, known with { Purpose = purpose, IsBuilt = true });
                    _builds.Add(1, new TagList { { CircuitPurposeKey, purpose }, { OutcomeKey, "built" } });
                    if (isKnown && !known.IsBuilt)
                    {
                        _durations.Record(_clock.GetElapsedTime(known.LaunchedAt).TotalSeconds, new TagList { { CircuitPurposeKey, purpose } });
                    }

                    break;
                case "FAILED":
                    _circuits.Remove(circuit.CircuitId, out _);
                    _builds.Add(1, new TagList { { CircuitPurposeKey, purpose }, { OutcomeKey, "failed" }, { ErrorKey, MetricLabels.CircuitReason(circuit.Reason) } });
                    break;
                case "CLOSED":
                    _circuits.Remove(circuit.CircuitId, out _);
                    break;
                case "EXTENDED" or "GUARD_WAIT" when isKnown:
                    _circuits.Set(circuit.CircuitId, known with { Purpose = purpose });
                    break;
            }
        }
    }

    /// <summary>Takes in what happened to a stream.</summary>
    public void OnStream(StreamEvent stream)
    {
        lock (_gate)
        {
            switch (stream.Status)
            {
                case "NEW":
                    _connecting.Set(stream.StreamId, MetricLabels.StreamPurpose(stream.Purpose));
                    break;
                case "SUCCEEDED" when _connecting.Remove(stream.StreamId, out string? purpose):
                    _streams.Add(1, new TagList { { StreamPurposeKey, purpose }, { OutcomeKey, "succeeded" } });
                    break;

                // Closed without having failed: whoever asked for it has left.
                case "FAILED" or "CLOSED" when _connecting.Remove(stream.StreamId, out string? purpose):
                    string reason = MetricLabels.StreamReason(stream.Reason == "END" ? stream.RemoteReason ?? stream.Reason : stream.Reason);
                    _streams.Add(1, new TagList { { StreamPurposeKey, purpose }, { OutcomeKey, "failed" }, { ErrorKey, reason } });
                    break;
            }
        }
    }

    /// <summary>What happens to circuits and streams is told no more.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _circuits.Clear();
            _connecting.Clear();
        }
    }

    public void Dispose() => _meter.Dispose();

    private List<Measurement<int>> Open()
    {
        lock (_gate)
        {
            foreach ((string, bool) key in _told.Keys)
            {
                _told[key] = 0;
            }

            foreach (OpenCircuit circuit in _circuits.All)
            {
                (string, bool) key = (circuit.Purpose, circuit.IsBuilt);
                _told[key] = _told.GetValueOrDefault(key) + 1;
            }

            return [.. _told.Select(t => new Measurement<int>(t.Value, new TagList { { CircuitPurposeKey, t.Key.Purpose }, { CircuitStateKey, t.Key.IsBuilt ? "built" : "building" } }))];
        }
    }

    private readonly record struct OpenCircuit(string Purpose, bool IsBuilt, long LaunchedAt);
}
