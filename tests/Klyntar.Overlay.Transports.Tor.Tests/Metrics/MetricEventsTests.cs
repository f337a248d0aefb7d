using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class MetricEventsTests : IAsyncDisposable
{
    private readonly TestMeters _meters = new();
    private readonly FakeLogger _log = new();
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly TorMetrics _metrics;
    private TorSession? _session;

    public MetricEventsTests() => _metrics = new TorMetrics(_meters, TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _session!.DisposeAsync();
        await _tor.DisposeAsync();
        _metrics.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Tor_tells_of_circuits_and_streams_only_as_long_as_somebody_reads()
    {
        MetricEvents events = await EventsAsync();
        await events.AdjustAsync(Ct);
        using (Read())
        {
            await AdjustAsync(events, ("SETEVENTS STATUS_CLIENT HS_DESC CIRC STREAM", "250 OK"));
            await events.AdjustAsync(Ct);
        }

        await AdjustAsync(events, ("SETEVENTS STATUS_CLIENT HS_DESC", "250 OK"));
        await events.AdjustAsync(Ct);
        using (Read())
        {
            await AdjustAsync(events, ("SETEVENTS STATUS_CLIENT HS_DESC CIRC STREAM", "250 OK"));
        }
    }

    [Fact]
    public async Task What_a_filter_grants_of_them_is_taken()
    {
        MetricEvents events = await EventsAsync();
        using MetricCollector<long> reading = Read();
        await AdjustAsync(
            events,
            ("SETEVENTS STATUS_CLIENT HS_DESC CIRC STREAM", "510 Command filtered"),
            ("SETEVENTS STATUS_CLIENT HS_DESC CIRC", "510 Command filtered"),
            ("SETEVENTS STATUS_CLIENT HS_DESC STREAM", "250 OK"));
        await events.AdjustAsync(Ct);
        _log.Collector.Count.Should().Be(0);
    }

    [Fact]
    public async Task A_filter_that_grants_none_is_asked_once()
    {
        MetricEvents events = await EventsAsync();
        using MetricCollector<long> reading = Read();
        await AdjustAsync(
            events,
            ("SETEVENTS STATUS_CLIENT HS_DESC CIRC STREAM", "510 Command filtered"),
            ("SETEVENTS STATUS_CLIENT HS_DESC CIRC", "510 Command filtered"),
            ("SETEVENTS STATUS_CLIENT HS_DESC STREAM", "510 Command filtered"));
        await events.AdjustAsync(Ct);
        _log.LatestRecord.Message.Should().Contain("stay empty");
        _log.Collector.Count.Should().Be(1);
    }

    private MetricCollector<long> Read() => new(_meters, TorMetrics.MeterName, TorMetrics.BuildsName);

    private async Task<MetricEvents> EventsAsync()
    {
        _session = new TorSession(await _tor.ControlAsync(), BootstrapPhase.Untold, _ => throw new InvalidOperationException("Nobody dials.")) { Events = ["STATUS_CLIENT", "HS_DESC"] };
        return new MetricEvents(_session, _metrics, _log);
    }

    // A question that is not expected would hang here, and an answer that is not asked for there.
    private async Task AdjustAsync(MetricEvents events, params (string Asked, string Reply)[] expected)
    {
        Task adjusting = events.AdjustAsync(Ct);
        foreach ((string asked, string reply) in expected)
        {
            (await _tor.AnswerAsync($"{reply}\r\n")).Should().Be(asked);
        }

        await adjusting;
    }
}
