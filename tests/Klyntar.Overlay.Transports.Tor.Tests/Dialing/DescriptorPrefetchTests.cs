using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class DescriptorPrefetchTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_address_is_asked_for_once_while_its_descriptor_is_fresh()
    {
        var clock = new FakeTimeProvider();
        await using ScriptedPeer tor = ScriptedPeer.OnUnixSocket();
        await using TorControlConnection control = await tor.ControlAsync();
        var prefetch = new DescriptorPrefetch(control, clock);
        OverlayEndPoint[] endPoints = [.. Enumerable.Range(0, 2).Select(_ => TorEndPoint.Parse(TorIdentityFormat.Instance.Create().Address, 80).EndPoint!)];
        Task first = prefetch.RunAsync([endPoints[0], endPoints[0], endPoints[1]], Ct);
        foreach (OverlayEndPoint endPoint in endPoints)
        {
            (await tor.AnswerAsync("250 OK\r\n")).Should().Be($"HSFETCH {endPoint.Host[..56]}");
        }

        await first;
        await prefetch.RunAsync(endPoints, Ct);
        clock.Advance(TimeSpan.FromMinutes(31));
        Task later = prefetch.RunAsync(endPoints[..1], Ct);
        (await tor.AnswerAsync("552 no\r\n")).Should().Be($"HSFETCH {endPoints[0].Host[..56]}");
        await later;
    }

    [Fact]
    public async Task A_hint_is_bounded()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnUnixSocket();
        await using TorControlConnection control = await tor.ControlAsync();
        OverlayEndPoint[] endPoints = [.. Enumerable.Range(0, 40).Select(_ => TorEndPoint.Parse(TorIdentityFormat.Instance.Create().Address, 80).EndPoint!)];
        Task run = new DescriptorPrefetch(control, TimeProvider.System).RunAsync(endPoints, Ct);
        for (int i = 0; i < 32; i++)
        {
            await tor.AnswerAsync("250 OK\r\n");
        }

        await run;
    }
}
