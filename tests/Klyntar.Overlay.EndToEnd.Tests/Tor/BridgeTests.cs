using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Gateways that reach the network through a bridge and Debian's obfs4proxy.</summary>
public sealed class BridgeTests(PrivateTor network, TwoGateways gateways) : IClassFixture<TwoGateways>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_publishes_and_dials_through_an_obfs4_bridge_alone_and_leaves_no_plugin_behind()
    {
        await using TorBridge bridge = await network.StartBridgeAsync(Cancelled);
        await using DemoNode node = await DemoNode.StartAsync("behind a bridge", Cancelled);
        TestGateway gateway = await StartAsync(bridge.Line, new() { ["node"] = new Dictionary<int, EndPoint> { [80] = node.EndPoint } });
        IReadOnlyList<int> plugins;
        await using (gateway)
        {
            using HttpClient outwards = gateway.CreateHttpClient();
            gateways.Node.IsMine(await outwards.GetStringAsync(new Uri($"http://{gateways.Server.Onion("node")}/"), Cancelled)).Should().BeTrue();
            using HttpClient inwards = gateways.Client.CreateHttpClient();
            node.IsMine(await inwards.GetStringAsync(new Uri($"http://{gateway.Onion("node")}/"), Cancelled)).Should().BeTrue();

            await using TorObserver tor = await TorObserver.ConnectAsync(gateway.TransportFolder, Cancelled);
            (await tor.FirstRelaysAsync(Cancelled)).Should().Equal(bridge.Fingerprint);
            plugins = OtherProcess.WithVariable("TOR_PT_STATE_LOCATION", gateway.TransportFolder);
            plugins.Should().ContainSingle();
        }

        foreach (int plugin in plugins)
        {
            await OtherProcess.EndOfAsync(plugin, Cancelled);
        }
    }

    [Fact]
    public async Task A_program_that_is_no_plugin_is_named_in_the_status()
    {
        await using TorBridge bridge = await network.StartBridgeAsync(Cancelled);
        await using TestGateway gateway = await StartAsync(bridge.Line, [], t => t with { PluggableTransports = new Dictionary<string, string> { ["obfs4"] = "/bin/true" } }, waitsUntilReady: false);

        GatewayStatus status = await gateway.WaitForAsync(s => s.Transports.Single().State == TransportState.Degraded, Cancelled);

        status.Transports.Single().Detail.Should().Contain("the pluggable transport obfs4");
    }

    [Fact]
    public async Task A_bridge_that_does_not_answer_is_told_in_the_status()
    {
        string line;
        await using (TorBridge bridge = await network.StartBridgeAsync(Cancelled))
        {
            line = bridge.Line;
        }

        await using TestGateway gateway = await StartAsync(line, [], waitsUntilReady: false);

        GatewayStatus status = await gateway.WaitForAsync(s => s.Transports.Single().State == TransportState.Degraded, Cancelled);

        status.Transports.Single().Detail.Should().StartWith("Tor has not reached its bridge");
    }

    private Task<TestGateway> StartAsync(
        string line, Dictionary<string, IReadOnlyDictionary<int, EndPoint>> services, Func<TorOptions, TorOptions>? also = null, bool waitsUntilReady = true)
    {
        var tor = new TorOptions { Torrc = network.Torrc, Bridges = [line] };
        return TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            services,
            configure: options => options with { Transports = new Dictionary<string, object?> { ["tor"] = also?.Invoke(tor) ?? tor } },
            waitsUntilReady: waitsUntilReady,
            cancellationToken: Cancelled);
    }
}
