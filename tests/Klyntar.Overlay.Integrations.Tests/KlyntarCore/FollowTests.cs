using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>Two daemons, each with the plugin and a gateway of its own, that follow each other by their onion addresses.</summary>
public sealed class FollowTests(CorePlace place, NpmPackages packages) : IClassFixture<CorePlace>
{
    [Theory]
    [InlineData(CoreCheckout.NewCore)]
    [InlineData(CoreCheckout.OldCore)]
    public async Task Two_daemons_of_one_checkout_follow_each_other_over_Tor(string core)
    {
        using var checkout = CoreCheckout.Create(packages, core);
        (int Http, int WebSocket) alices = Ports();
        (int Http, int WebSocket) bobs = Ports();
        await using TestGateway alicesGateway = await place.StartAsync(alices.Http, alices.WebSocket);
        await using TestGateway bobsGateway = await place.StartAsync(bobs.Http, bobs.WebSocket);
        await using CoreNode bob = await checkout.StartAsync(Node("bob", bobs, alicesGateway.Onion("node"), bobsGateway));
        await using CoreNode alice = await checkout.StartAsync(Node("alice", alices, bobsGateway.Onion("node"), alicesGateway));

        // The template's wildcards, which would be in the doors' way.
        foreach (CoreNode node in new[] { alice, bob })
        {
            (await node.TellsAsync("websocket")).GetProperty("address").GetString().Should().Be("127.0.0.1");
            (await node.TellsAsync("http")).GetProperty("address").GetString().Should().Be("127.0.0.1");
        }

        await FollowsAsync(alice, "bob");
        await FollowsAsync(bob, "alice");
        alice.Said.Concat(bob.Said).Should().NotContain(line => line.StartsWith("lookup of", StringComparison.Ordinal) && line.Contains(".onion", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bootstrap_node_is_told_of_a_daemon_under_its_onion_address()
    {
        using var checkout = CoreCheckout.Create(packages);
        (int Http, int WebSocket) alices = Ports();
        (int Http, int WebSocket) bobs = Ports();
        await using TestGateway alicesGateway = await place.StartAsync(alices.Http, alices.WebSocket);
        await using TestGateway bobsGateway = await place.StartAsync(bobs.Http, bobs.WebSocket);
        await using CoreNode bob = await checkout.StartAsync(Node("bob", bobs, null, bobsGateway));
        await bob.TellsAsync("http");
        await using CoreNode alice = await checkout.StartAsync(Node("alice", alices, bobsGateway.Onion("node"), alicesGateway));

        await alice.SaysAsync("The core tells its bootstrap nodes MY_HOSTNAME as it stands, http://localhost:7332");
        (await bob.TellsAsync("added")).GetProperty("url").GetString().Should().Be($"http://{alicesGateway.Onion("node")}:7332");
        await alice.SaysAsync("A bootstrap node knows this node now.");
    }

    [Fact]
    public async Task Each_part_may_restart_under_traffic()
    {
        using var checkout = CoreCheckout.Create(packages);
        (int Http, int WebSocket) bobs = Ports();
        string bobsFolder = Path.Combine(checkout.State, "bobs-gateway");
        string alicesFolder = Path.Combine(checkout.State, "alices-gateway");
        TestGateway bobsGateway = await place.StartAsync(bobs.Http, bobs.WebSocket, bobsFolder);
        TestGateway alicesGateway = await place.StartAsync(folder: alicesFolder);
        CoreNode bob = await checkout.StartAsync(Node("bob", bobs, null, bobsGateway));
        try
        {
            string onion = bobsGateway.Onion("node");
            await using CoreNode alice = await checkout.StartAsync(Node("alice", Ports(), onion, alicesGateway));
            await FollowsAsync(alice, "bob");

            await bob.DisposeAsync();
            bob = await checkout.StartAsync(Node("robert", bobs, null, bobsGateway));
            await FollowsAsync(alice, "robert");

            await bobsGateway.DisposeAsync();
            bobsGateway = await place.StartAsync(bobs.Http, bobs.WebSocket, bobsFolder);
            await bobsGateway.WaitForAsync(s => s.Services[0].VisitorsTotal >= 2, TestContext.Current.CancellationToken);
            await FollowsAgainAsync(alice);

            await alicesGateway.DisposeAsync();
            await alice.SaysAsync("The gateway has ended.");
            alicesGateway = await place.StartAsync(folder: alicesFolder);
            await alicesGateway.WaitForAsync(s => s.Peers.Any(peer => peer.Ports.Count(port => port.Accepted > 0) == 2), TestContext.Current.CancellationToken);
            await FollowsAgainAsync(alice);
        }
        finally
        {
            await bob.DisposeAsync();
            await bobsGateway.DisposeAsync();
            await alicesGateway.DisposeAsync();
        }
    }

    private static async Task FollowsAsync(CoreNode node, string peer)
    {
        await node.TellsAsync("polled", $"\"{peer}\"");
        await node.TellsAsync("followed", $"\"{peer}\"");
    }

    // Whoever calls has seen the new gateway taking connections: answers that came before do not count. Nothing need have failed in between, since a gateway may be
    // back before a poll gives up.
    private static async Task FollowsAgainAsync(CoreNode alice)
    {
        alice.Forget();
        await FollowsAsync(alice, "robert");
    }

    private static (int Http, int WebSocket) Ports() => (FreePort.Next(), FreePort.Next());

    private static CoreNodeOptions Node(string name, (int Http, int WebSocket) ports, string? follows, TestGateway gateway) => new()
    {
        Name = name,
        Http = ports.Http,
        WebSocket = ports.WebSocket,
        Follows = follows,
        Overlay = new JsonObject { ["dataFolder"] = gateway.DataFolder },
    };
}
