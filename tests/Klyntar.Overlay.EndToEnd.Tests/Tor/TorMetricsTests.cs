using System.Net;
using Klyntar.Overlay.Transports.Tor;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Circuits and streams of a real tor, as metrics.</summary>
public sealed class TorMetricsTests(PrivateTor network)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Circuits_that_are_built_and_streams_that_succeed_or_fail_are_counted()
    {
        using var meters = new TestMeters();
        using MetricCollector<long> builds = new(meters, TorMetrics.MeterName, TorMetrics.BuildsName);
        using MetricCollector<double> durations = new(meters, TorMetrics.MeterName, TorMetrics.DurationName);
        using MetricCollector<long> streams = new(meters, TorMetrics.MeterName, TorMetrics.StreamsName);
        using MetricCollector<int> open = new(meters, TorMetrics.MeterName, TorMetrics.OpenName);
        using var target = new Target();
        await using TestGateway gateway = await TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            new Dictionary<string, IReadOnlyDictionary<int, EndPoint>> { ["node"] = new Dictionary<int, EndPoint> { [80] = target.EndPoint } },
            meters: meters,
            cancellationToken: Cancelled);

        (await gateway.DialAsync(gateway.Onion("node"), 80, null, Cancelled)).Dispose();
        await UntilAsync(streams, m => Is(m, TorMetrics.StreamPurposeKey, "user") && Is(m, TorMetrics.OutcomeKey, "succeeded"));
        (await gateway.TryDialAsync(gateway.Onion("node"), 81, null, Cancelled)).Reply.Should().NotBe(0);
        await UntilAsync(streams, m => Is(m, TorMetrics.StreamPurposeKey, "user") && Is(m, TorMetrics.OutcomeKey, "failed") && m.Tags.ContainsKey(TorMetrics.ErrorKey));

        foreach (string purpose in (string[])["hs_service_intro", "hs_client_rend"])
        {
            builds.GetMeasurementSnapshot().Should().Contain(m => Is(m, TorMetrics.CircuitPurposeKey, purpose) && Is(m, TorMetrics.OutcomeKey, "built"));
        }

        durations.GetMeasurementSnapshot().Should().NotBeEmpty().And.OnlyContain(m => m.Value > 0 && m.Value < 120);
        open.RecordObservableInstruments();
        open.GetMeasurementSnapshot().Should().Contain(m => Is(m, TorMetrics.CircuitStateKey, "built") && m.Value > 0);
        foreach (CollectedMeasurement<long> measurement in (IEnumerable<CollectedMeasurement<long>>)[.. builds.GetMeasurementSnapshot(), .. streams.GetMeasurementSnapshot()])
        {
            TestContext.Current.TestOutputHelper!.WriteLine(string.Join(' ', measurement.Tags.Select(t => $"{t.Key}={t.Value}")));
            measurement.Tags.Values.Should().NotContain(MetricLabels.Other, "tor says what the table knows");
        }
    }

    private static bool Is<T>(CollectedMeasurement<T> measurement, string key, string value)
        where T : struct => measurement.Tags.TryGetValue(key, out object? found) && (string?)found == value;

    private static async Task UntilAsync(MetricCollector<long> collector, Func<CollectedMeasurement<long>, bool> isAwaited)
    {
        for (int count = 1; !collector.GetMeasurementSnapshot().Any(isAwaited); count = collector.GetMeasurementSnapshot().Count + 1)
        {
            await collector.WaitForMeasurementsAsync(count, Cancelled);
        }
    }
}
