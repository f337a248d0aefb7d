using System.Net;
using System.Text.Json.Nodes;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>Two daemons that follow each other by their I2P addresses: one for each port.</summary>
public sealed class FollowOverI2PTests(PrivateTor network, NpmPackages packages)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_daemons_follow_each_other_over_I2P()
    {
        using var checkout = CoreCheckout.Create(packages);
        await using PrivateI2PNetwork i2p = await PrivateI2P.StartAsync(PrivateI2P.Usual, Cancelled);
        CoreNodeOptions alice = Node("alice");
        CoreNodeOptions bob = Node("bob");
        Task<TestGateway> starting = StartAsync(i2p, alice);
        await using TestGateway bobs = await StartAsync(i2p, bob);
        await using TestGateway alices = await starting;
        await using CoreNode first = await checkout.StartAsync(Following(alice, alices, bobs));
        await using CoreNode second = await checkout.StartAsync(Following(bob, bobs, alices));

        await first.TellsAsync("followed", "\"bob\"");
        await second.TellsAsync("followed", "\"alice\"");
        await first.TellsAsync("polled", "\"bob\"");
        await second.TellsAsync("polled", "\"alice\"");
        first.Said.Concat(second.Said).Should().NotContain(line => line.StartsWith("lookup of", StringComparison.Ordinal));
    }

    private static CoreNodeOptions Node(string name) => new() { Name = name, Http = FreePort.Next(), WebSocket = FreePort.Next() };

    private static CoreNodeOptions Following(CoreNodeOptions node, TestGateway gateway, TestGateway peer) => node with
    {
        Follows = peer.Host("node", "i2p", 7332),
        FollowsByWebSocket = peer.Host("node", "i2p", 9999),
        Overlay = new JsonObject { ["dataFolder"] = gateway.DataFolder },
    };

    private Task<TestGateway> StartAsync(PrivateI2PNetwork i2p, CoreNodeOptions node) => TestGateway.StartAsync(
        network.Torrc,
        network.Programs,
        configure: options => options with
        {
            Transports = new Dictionary<string, object?> { ["tor"] = null, ["i2p"] = i2p.ClientOptions },
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = new() { On = ["i2p"], Ports = new Dictionary<int, EndPoint> { [7332] = new IPEndPoint(IPAddress.Loopback, node.Http), [9999] = new IPEndPoint(IPAddress.Loopback, node.WebSocket) } },
            },
        },
        cancellationToken: Cancelled);
}
