using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary><c>plugin install</c>, and what the plugin does at a daemon's start and end.</summary>
public sealed class PluginTests(CorePlace place, PrivateTor network, NpmPackages packages) : IClassFixture<CorePlace>
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, "klyntar-overlay");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_installed_plugin_starts_a_gateway_that_publishes_the_node_and_ends_with_it_even_where_that_is_killed(bool isKilled)
    {
        using var checkout = CoreCheckout.Create(packages, withPlugin: false);
        ProgramRun installed = await InstallAsync(checkout.Folder);
        installed.Exit.Should().Be(0, installed.All);
        installed.Output.Should().Contain("for klyntar_core.js with Node.js").And.Contain(CoreCheckout.Entry);
        CoreNodeOptions alice = Node("alice", []) with { IsPreloaded = false };
        using Process gateway = await StartAndReachAsync(checkout, alice, isKilled);

        await gateway.WaitForExitAsync(Cancelled);
    }

    [Fact]
    public async Task Daemons_of_one_gateway_have_services_of_their_own_and_one_starts_it_again_for_all_when_it_is_gone()
    {
        using var checkout = CoreCheckout.Create(packages);
        CoreNodeOptions alice = Node("alice", []);
        CoreNodeOptions bob = Node("bob", []);
        string folder = Path.Combine(checkout.State, "shared");
        string config = Path.Combine(checkout.State, "overlay.json");
        await File.WriteAllTextAsync(config, new JsonObject
        {
            ["socks"] = new JsonArray(),
            ["transports"] = Transports(),
        }.ToJsonString(), Cancelled);
        var shared = new Dictionary<string, string> { ["KLYNTAR_OVERLAY_DATA"] = folder, ["KLYNTAR_OVERLAY_CONFIG"] = config, ["KLYNTAR_OVERLAY_PROGRAM"] = Program };
        await using CoreNode first = await checkout.StartAsync(alice with { Environment = shared });
        await first.SaysAsync("The gateway is ready, and this node is published on tor.");
        await using CoreNode second = await checkout.StartAsync(bob with { Environment = shared });
        await second.SaysAsync("A gateway that ran already is ready, and this node is published on tor.");
        Dictionary<string, string> hosts = (await new GatewayClient(folder).GetStatusAsync(Cancelled)).Services.ToDictionary(s => s.Name, s => s.Ports[0].Host);
        hosts.Keys.Should().BeEquivalentTo("alice", "bob");
        hosts.Values.Should().OnlyHaveUniqueItems();

        await first.DisposeAsync();

        await second.SaysAsync("The gateway has ended.");
        await second.SaysAsync($"Started a gateway with the data folder {folder}.");
        await EventuallyAsync(folder, s => s is [{ Name: "bob", State: ServiceState.Published }] && s[0].Ports[0].Host == hosts["bob"]);

        using var gateway = Process.GetProcessById((await new GatewayClient(folder).GetStatusAsync(Cancelled)).ProcessId);
        await second.DisposeAsync();
        await gateway.WaitForExitAsync(Cancelled);
    }

    [Fact]
    public async Task A_gateway_that_runs_already_publishes_the_node_for_as_long_as_that_runs()
    {
        using var checkout = CoreCheckout.Create(packages);
        await using TestGateway gateway = await place.StartAsync(FreePort.Next(), FreePort.Next());
        await using (CoreNode node = await checkout.StartAsync(Node("alice", new JsonObject { ["dataFolder"] = gateway.DataFolder })))
        {
            await node.SaysAsync("A gateway that ran already is ready, and this node is published on tor.");
            await EventuallyAsync(gateway.DataFolder, s => s.Select(v => v.Name).SequenceEqual(["node", "alice"]));
        }

        await EventuallyAsync(gateway.DataFolder, s => s is [{ Name: "node" }]);
    }

    [Fact]
    public async Task A_service_of_the_same_name_that_leads_elsewhere_is_named_and_left_alone()
    {
        using var checkout = CoreCheckout.Create(packages);
        await using TestGateway gateway = await place.StartAsync(FreePort.Next(), FreePort.Next());
        await using CoreNode node = await checkout.StartAsync(Node("alice", new JsonObject { ["dataFolder"] = gateway.DataFolder, ["service"] = "node" }));

        (await node.SaysAsync("has a service node already, which does not lead to this node")).Should().Contain($"The gateway of {gateway.DataFolder}").And.Contain("KLYNTAR_OVERLAY_SERVICE");
    }

    [Fact]
    public async Task Why_a_gateway_does_not_publish_the_node_is_said()
    {
        using var checkout = CoreCheckout.Create(packages);
        await using CoreNode node = await checkout.StartAsync(Node("alice", new JsonObject { ["dataFolder"] = place.Near.DataFolder, ["on"] = new JsonArray("i2p") }));

        (await node.SaysAsync("does not publish this node as alice")).Should().Contain("The transport \"i2p\" is not enabled.");
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named()
    {
        using var checkout = CoreCheckout.Create(packages);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        CoreNodeOptions options = Node("alice", new JsonObject { ["dataFolder"] = place.Near.DataFolder }) with { WebSocket = ((IPEndPoint)other.LocalEndpoint).Port };
        await using CoreNode node = await checkout.StartAsync(options);

        await node.SaysAsync($"WEBSOCKET_PORT {options.WebSocket} is taken by another program of this machine");
    }

    [Fact]
    public async Task Wildcards_that_are_pinned_are_kept_and_named()
    {
        using var checkout = CoreCheckout.Create(packages);
        CoreNodeOptions options = Node("alice", []);
        await using TestGateway gateway = await place.StartAsync(options.Http, options.WebSocket);
        await using CoreNode node = await checkout.StartAsync(options with { Overlay = new JsonObject { ["dataFolder"] = gateway.DataFolder, ["keepInterfaces"] = true } });

        await node.SaysAsync("INTERFACE is every address of this machine, and is kept.");
        (await node.TellsAsync("http")).GetProperty("address").GetString().Should().Be("::");
        await node.SaysAsync($"Something listens on port {options.WebSocket} of every address");
    }

    [Theory]
    [InlineData("""{ "datafolder": "/tmp/x" }""", "which means nothing. Known are dataFolder")]
    [InlineData("""{ "dataFolder": "x" }""", "no absolute path")]
    [InlineData("""{ "on": ["ton"] }""", "names overlays out of tor and i2p")]
    [InlineData("""{ "program": "/nowhere/klyntar-overlay" }""", "There is no program /nowhere/klyntar-overlay.")]
    public async Task What_is_wrong_with_its_configuration_is_said_and_the_node_runs_on(string overlay, string why)
    {
        using var checkout = CoreCheckout.Create(packages);
        await using CoreNode node = await checkout.StartAsync(Node("alice", JsonNode.Parse(overlay)!.AsObject()));

        await node.SaysAsync(why);
    }

    [Fact]
    public async Task A_folder_without_a_core_gets_no_plugin()
    {
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

        ProgramRun run = await InstallAsync(folder);

        run.Exit.Should().Be(1);
        run.Error.Should().Contain($"{folder} is no folder of a KLYNTAR core").And.Contain("klyn74r.js");
        Directory.GetFileSystemEntries(folder).Should().BeEmpty();
        Directory.Delete(folder);
    }

    private static Task<ProgramRun> InstallAsync(string folder) =>
        ProgramRun.RunAsync(Program, ["plugin", "install", folder], AppContext.BaseDirectory, cancellationToken: Cancelled);

    private static CoreNodeOptions Node(string name, JsonObject overlay) =>
        new() { Name = name, Http = FreePort.Next(), WebSocket = FreePort.Next(), Overlay = overlay };

    private static async Task<JsonElement> StatusAsync(string folder)
    {
        ProgramRun run = await ProgramRun.RunAsync(Program, ["status", "--json", "--data-folder", folder], folder, cancellationToken: Cancelled);
        run.Exit.Should().Be(0, run.All);
        return JsonSerializer.Deserialize<JsonElement>(run.Output);
    }

    private static async Task EventuallyAsync(string folder, Func<ImmutableArray<ServiceReport>, bool> isAwaited)
    {
        await foreach (GatewayStatus status in new GatewayClient(folder).WatchStatusAsync(Cancelled))
        {
            if (isAwaited(status.Services))
            {
                return;
            }
        }

        Assert.Fail("The gateway ended before.");
    }

    // Lines of the private network: no gateway of a test joins another.
    private JsonObject Transports() => new()
    {
        ["tor"] = new JsonObject { ["program"] = network.Program.Path, ["torrc"] = new JsonArray([.. network.Torrc.Select(line => (JsonNode)line)]) },
    };

    // The gateway's process, whose node has ended.
    private async Task<Process> StartAndReachAsync(CoreCheckout checkout, CoreNodeOptions options, bool isKilled)
    {
        options = options with { Overlay = new JsonObject { ["socks"] = false, ["transports"] = Transports() } };
        await using CoreNode node = await checkout.StartAsync(options);
        await node.SaysAsync("The look-up was not loaded before the core");
        await node.SaysAsync("The gateway is ready, and this node is published on tor.");
        JsonElement status = await StatusAsync(Path.Combine(checkout.State, options.Name, "OVERLAY"));
        JsonElement ports = status.GetProperty("services")[0].GetProperty("ports");
        ports.EnumerateArray().Select(p => p.GetProperty("port").GetInt32()).Should().Equal([7332, 9999, 80], "the first one's address is the identity's own on I2P");
        string onion = ports[0].GetProperty("host").GetString()!;
        using HttpClient visitor = place.Near.CreateHttpClient();
        (await visitor.GetStringAsync(new Uri($"http://{onion}/multiple_blocks"), Cancelled)).Should().Contain(options.Name);
        string shown = await visitor.GetStringAsync(new Uri($"http://{onion}:7332/overlay_gateway"), Cancelled);
        shown.Should().Contain("\"gateway\":\"ready\"").And.NotContain(".onion");
        if (isKilled)
        {
            node.Kill();
        }

        return Process.GetProcessById(status.GetProperty("processId").GetInt32());
    }
}
