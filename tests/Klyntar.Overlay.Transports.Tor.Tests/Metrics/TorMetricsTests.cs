using CsCheck;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorMetricsTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly WatchedClock _clock = new();
    private readonly TorMetrics _metrics;

    public TorMetricsTests() => _metrics = new TorMetrics(_meters, _clock);

    public void Dispose()
    {
        _metrics.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void A_circuit_is_counted_with_what_it_is_for_and_how_long_it_took()
    {
        using MetricCollector<long> builds = Collect<long>(TorMetrics.BuildsName);
        using MetricCollector<double> durations = Collect<double>(TorMetrics.DurationName);
        Tell("CIRC 7 LAUNCHED PURPOSE=HS_VANGUARDS");
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Tell("CIRC 7 EXTENDED $AB~a PURPOSE=HS_VANGUARDS");
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Tell("CIRC 7 BUILT $AB~a,$CD~b PURPOSE=HS_VANGUARDS");

        // Taken from stock and further.
        Tell("CIRC 7 EXTENDED $AB~a,$CD~b,$EF~c PURPOSE=HS_CLIENT_INTRO");
        Tell("CIRC 7 BUILT $AB~a,$CD~b,$EF~c PURPOSE=HS_CLIENT_INTRO");
        Tell("CIRC 8 LAUNCHED PURPOSE=GENERAL");
        Tell("CIRC 8 FAILED PURPOSE=GENERAL REASON=TIMEOUT");
        builds.GetMeasurementSnapshot().Select(Text).Should().Equal(
            "1 outcome=built tor.circuit.purpose=hs_vanguards",
            "1 outcome=built tor.circuit.purpose=hs_client_intro",
            "1 error.type=timeout outcome=failed tor.circuit.purpose=general");
        durations.GetMeasurementSnapshot().Select(Text).Should().Equal("0.5 tor.circuit.purpose=hs_vanguards");
    }

    [Fact]
    public void Open_circuits_are_those_that_were_made_and_not_closed_yet()
    {
        using MetricCollector<int> open = Collect<int>(TorMetrics.OpenName);
        Tell("CIRC 1 LAUNCHED PURPOSE=GENERAL");
        Tell("CIRC 2 LAUNCHED PURPOSE=GENERAL");
        Tell("CIRC 2 BUILT $AB~a PURPOSE=GENERAL");
        Tell("CIRC 3 LAUNCHED PURPOSE=GENERAL");
        Tell("CIRC 3 FAILED PURPOSE=GENERAL REASON=TIMEOUT");
        Tell("CIRC 99 CLOSED $AB~a PURPOSE=GENERAL REASON=FINISHED");
        Observe(open).Should().BeEquivalentTo("1 tor.circuit.purpose=general tor.circuit.state=building", "1 tor.circuit.purpose=general tor.circuit.state=built");
        Tell("CIRC 1 CLOSED PURPOSE=GENERAL REASON=REQUESTED");
        Observe(open).Should().BeEquivalentTo("0 tor.circuit.purpose=general tor.circuit.state=building", "1 tor.circuit.purpose=general tor.circuit.state=built");
        _metrics.Forget();
        Observe(open).Should().BeEquivalentTo("0 tor.circuit.purpose=general tor.circuit.state=building", "0 tor.circuit.purpose=general tor.circuit.state=built");
    }

    [Fact]
    public void A_stream_is_counted_once_with_its_outcome()
    {
        using MetricCollector<long> streams = Collect<long>(TorMetrics.StreamsName);
        Tell("STREAM 1 NEW 0 abc.onion:80 PURPOSE=USER");
        Tell("STREAM 1 SENTCONNECT 7 abc.onion:80");
        Tell("STREAM 1 SUCCEEDED 7 abc.onion:80");
        Tell("STREAM 1 CLOSED 7 abc.onion:80 REASON=DONE");
        Tell("STREAM 2 NEW 0 abc.onion:81 PURPOSE=USER");
        Tell("STREAM 2 FAILED 7 abc.onion:81 REASON=END REMOTE_REASON=CONNECTREFUSED");
        Tell("STREAM 2 CLOSED 7 abc.onion:81 REASON=END REMOTE_REASON=CONNECTREFUSED");
        Tell("STREAM 3 NEW 0 def.onion:80 PURPOSE=USER");
        Tell("STREAM 3 CLOSED 0 def.onion:80 REASON=RESOLVEFAILED");
        Tell("STREAM 4 NEW 0 127.0.0.1.$AB.exit:1 PURPOSE=DIR_FETCH");
        Tell("STREAM 4 SUCCEEDED 8 127.0.0.1.$AB.exit:1");
        Tell("STREAM 5 SUCCEEDED 8 from-before.onion:1");
        streams.GetMeasurementSnapshot().Select(Text).Should().Equal(
            "1 outcome=succeeded tor.stream.purpose=user",
            "1 error.type=connectrefused outcome=failed tor.stream.purpose=user",
            "1 error.type=resolvefailed outcome=failed tor.stream.purpose=user",
            "1 outcome=succeeded tor.stream.purpose=dir_fetch");
    }

    [Fact]
    public void Nothing_that_tor_says_becomes_a_label_unless_it_is_one_of_the_known_words()
    {
        using MetricCollector<long> builds = Collect<long>(TorMetrics.BuildsName);
        using MetricCollector<long> streams = Collect<long>(TorMetrics.StreamsName);
        using MetricCollector<int> open = Collect<int>(TorMetrics.OpenName);
        HashSet<string> known = ["other", "built", "building", "failed", "succeeded", "user", "general", "timeout", "end"];
        Gen<string> word = Gen.OneOf("GENERAL", "TIMEOUT", "USER", "user", "abc.onion", "$AB~x", "END", "\"a b\"", "");
        Gen<string> status = Gen.OneOf("LAUNCHED", "BUILT", "FAILED", "CLOSED", "EXTENDED", "NEW", "SUCCEEDED", "DETACHED");
        Gen.Select(Gen.Bool, Gen.Int[1, 3], status, word, word, word).Array[1, 30].Sample(
            events =>
            {
                foreach ((bool isCircuit, int id, string what, string purpose, string reason, string remote) in events)
                {
                    Tell(isCircuit
                        ? $"CIRC {id} {what} PURPOSE={purpose} REASON={reason}"
                        : $"STREAM {id} {what} 0 abc.onion:80 PURPOSE={purpose} REASON={reason} REMOTE_REASON={remote}");
                }
            },
            threads: 1);
        Observe(open);
        IEnumerable<IReadOnlyDictionary<string, object?>> labels =
        [
            .. builds.GetMeasurementSnapshot().Select(m => m.Tags), .. streams.GetMeasurementSnapshot().Select(m => m.Tags), .. open.GetMeasurementSnapshot().Select(m => m.Tags),
        ];
        labels.SelectMany(l => l.Values).Cast<string>().Distinct().Should().BeSubsetOf(known).And.HaveCountGreaterThan(5);
    }

    [Fact]
    public void A_control_port_that_opens_without_end_fills_no_memory()
    {
        using MetricCollector<int> open = Collect<int>(TorMetrics.OpenName);
        for (int i = 0; i < 20_000; i++)
        {
            Tell($"CIRC {i} LAUNCHED PURPOSE=GENERAL");
            Tell($"STREAM {i} NEW 0 abc.onion:80 PURPOSE=USER");
        }

        Tell($"CIRC {new string('9', 50_000)} LAUNCHED PURPOSE=TESTING");
        Observe(open).Should().Equal("16384 tor.circuit.purpose=general tor.circuit.state=building");
    }

    [Fact]
    public void Whether_anybody_reads_is_known()
    {
        _metrics.IsRead.Should().BeFalse();
        using (Collect<long>(TorMetrics.StreamsName))
        {
            _metrics.IsRead.Should().BeTrue();
        }

        _metrics.IsRead.Should().BeFalse();
    }

    private MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(_meters, TorMetrics.MeterName, instrument, _clock);

    private static List<string> Observe(MetricCollector<int> open)
    {
        open.Clear();
        open.RecordObservableInstruments();
        return [.. open.GetMeasurementSnapshot().Select(Text)];
    }

    private static string Text<T>(CollectedMeasurement<T> measurement)
        where T : struct =>
        FormattableString.Invariant($"{measurement.Value} {string.Join(' ', measurement.Tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}"))}");

    private void Tell(string text)
    {
        ControlMessage message = new([new ControlLine(650, text)]);
        if (CircuitEvent.TryParse(message) is { } circuit)
        {
            _metrics.OnCircuit(circuit);
        }
        else if (StreamEvent.TryParse(message) is { } stream)
        {
            _metrics.OnStream(stream);
        }
    }
}
