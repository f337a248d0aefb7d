using Klyntar.Overlay.Transports.Tor;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The probe on a real network.</summary>
public sealed class NetworkProbeTests(TwoGateways gateways) : IClassFixture<TwoGateways>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Directories_answer_that_nobody_has_the_address_that_the_probe_asks_for()
    {
        await using TorObserver tor = await TorObserver.ConnectAsync(gateways.Client.TransportFolder, Cancelled);
        await tor.WatchAsync(Cancelled, "HS_DESC");
        FakeTimeProvider clock = new();
        List<string?> told = [];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        NetworkProbe probe = new(tor.Control, () => true, clock, told.Add);
        Task running = probe.RunAsync(stop.Token);
        clock.Advance(NetworkProbe.Quiet);

        // Others fetch descriptors over this tor, too; only the probe asks for what there is not.
        HsDescEvent answer;
        do
        {
            answer = await tor.NextAsync(HsDescEvent.TryParse, Cancelled);
        }
        while (answer is not { Action: "FAILED", Reason: "NOT_FOUND" });

        probe.OnDescriptor(answer);
        clock.Advance(NetworkProbe.Patience);
        told.Should().BeEmpty();
        await stop.CancelAsync();
        await running.Awaiting(r => r).Should().ThrowAsync<OperationCanceledException>();
    }
}
