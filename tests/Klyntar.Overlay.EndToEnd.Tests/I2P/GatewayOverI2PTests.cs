using System.Net.Sockets;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Gateways that publish and dial over real routers of both overlays.</summary>
public abstract class GatewayOverI2PTests(TwoOverlays overlays)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_service_is_reached_over_both_overlays_and_on_both_its_ports_at_once()
    {
        using HttpClient wallet = overlays.Client.CreateHttpClient();

        string[] pages = await Task.WhenAll(
            from overlay in new[] { "tor", "i2p" }
            from port in overlays.Nodes.Keys
            select wallet.GetStringAsync(new Uri($"http://{overlays.Server.Host(TwoOverlays.Service, overlay, port)}:{port}/"), Cancelled));

        pages.Select(page => overlays.Nodes.Single(n => n.Value.IsMine(page)).Key).Should().Equal(7332, 9999, 7332, 9999);
        string[] hosts = [.. overlays.Server.Status.Current.Services.SelectMany(s => s.Ports).Select(p => p.Host)];
        hosts.Count(h => h.EndsWith(".onion", StringComparison.Ordinal)).Should().Be(2);
        hosts.Where(h => h.EndsWith(".b32.i2p", StringComparison.Ordinal)).Should().HaveCount(2).And.OnlyHaveUniqueItems("on I2P each port has an address of its own");
        overlays.Server.Log.Lines.Should().NotContain(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task A_bare_I2P_client_reaches_what_a_gateway_publishes_and_the_gateway_what_it_publishes()
    {
        await using PlainSamClient peer = await overlays.Network.StartClientAsync(cancellationToken: Cancelled);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task echoing = peer.EchoAsync(done.Token);

        // The same patience that a wallet needs until the peer's session is built.
        Socket? dialled = null;
        while (dialled is null)
        {
            (dialled, byte reply) = await overlays.Client.TryDialAsync(HostOf(peer.Destination), 1, null, Cancelled);
            reply.Should().BeOneOf(0, 4);
        }

        using (dialled)
        {
            await dialled.SendAllAsync("ping"u8.ToArray(), Cancelled);
            (await dialled.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("ping"u8.ToArray());
        }

        foreach ((int port, DemoNode node) in overlays.Nodes)
        {
            (Socket? visiting, string said) = await peer.TryDialAsync(overlays.Server.Host(TwoOverlays.Service, "i2p", port), Cancelled);
            visiting.Should().NotBeNull(said);
            using (visiting)
            {
                await visiting!.SendAllAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Cancelled);
                node.IsMine(System.Text.Encoding.UTF8.GetString(await visiting!.ReceiveToEndAsync(Cancelled))).Should().BeTrue();
            }
        }

        await done.CancelAsync();
        await echoing;

        static string HostOf(string destination) =>
            I2PDestination.TryRead(I2PBase64.TryDecode(destination), out I2PDestination? read, out string? why) ? read.Host : throw new FormatException(why);
    }
}
