using System.Diagnostics.Metrics;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2PMetricsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_dials_and_runs_of_the_router_are_counted_and_carry_no_address()
    {
        string? answer = null;
        await using var bridge = new AnsweringBridge(line => line.StartsWith("STREAM CONNECT", StringComparison.Ordinal) && Volatile.Read(ref answer) is { } other ? other : AnsweringBridge.Politely(line));
        using var meters = new TestMeters();
        using var context = new TestTransportContext();
        context.Features.Set<IMeterFactory>(meters);
        using MetricCollector<int> sessions = new(meters, I2PMetrics.MeterName, I2PMetrics.SessionsName);
        using MetricCollector<long> dials = new(meters, I2PMetrics.MeterName, I2PMetrics.DialsName);
        using MetricCollector<long> runs = new(meters, I2PMetrics.MeterName, I2PMetrics.RunsName);
        await using (var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, SpareSessions = 2 }))
        {
            await transport.StartAsync(context, Ct);
            await UntilAsync(transport.Status, status => status.IsReady);
            var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [7332, 9999] };
            await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
            await UntilAsync(service.Status, status => status.IsPublished);
            Observe(sessions).Should().Equal("3 i2p.session.purpose=dial", "2 i2p.session.purpose=publish");

            DialRequest request = new(transport.Parse(Vectors.Host, 80).EndPoint!);
            (await transport.DialAsync(request, Ct)).Error!.Kind.Should().Be(DialErrorKind.Unreachable);
            Volatile.Write(ref answer, "STREAM STATUS RESULT=OK\n");
            await using (Microsoft.AspNetCore.Connections.ConnectionContext connection = (await transport.DialAsync(request, Ct)).Connection!)
            {
                dials.GetMeasurementSnapshot().Select(Text).Should().Equal("1 error.type=unreachable outcome=failed", "1 outcome=succeeded");
            }

            bridge.EndAll();
            await UntilAsync(transport.Status, status => status is TransportStatus.Degraded);
            await UntilAsync(transport.Status, status => status.IsReady);
            runs.GetMeasurementSnapshot().Select(Text).Should().Equal("1 ", "1 ");
        }
    }

    [Fact]
    public void What_has_ended_is_counted_no_more()
    {
        using var meters = new TestMeters();
        using var metrics = new I2PMetrics(meters);
        using MetricCollector<int> sessions = new(meters, I2PMetrics.MeterName, I2PMetrics.SessionsName);
        metrics.OnSession(I2PMetrics.Dial, 1);
        metrics.OnSession(I2PMetrics.Publish, 1);
        metrics.OnSession(I2PMetrics.Dial, -1);
        Observe(sessions).Should().Equal("0 i2p.session.purpose=dial", "1 i2p.session.purpose=publish");
    }

    private static async Task UntilAsync<T>(IStatus<T> source, Func<T, bool> isAwaited)
    {
        await foreach (T status in source.WatchAsync(Ct))
        {
            if (isAwaited(status))
            {
                return;
            }
        }
    }

    private static IEnumerable<string> Observe(MetricCollector<int> collector)
    {
        collector.Clear();
        collector.RecordObservableInstruments();
        return collector.GetMeasurementSnapshot().Select(Text);
    }

    private static string Text<T>(CollectedMeasurement<T> measurement)
        where T : struct =>
        $"{measurement.Value} {string.Join(' ', measurement.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))}";
}
