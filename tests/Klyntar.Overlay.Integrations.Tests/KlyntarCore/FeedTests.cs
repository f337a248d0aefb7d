using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary><c>peers feed</c>: a daemon is told of the gateway's peers as nodes tell each other.</summary>
public sealed class FeedTests(CorePlace place, NpmPackages packages) : IClassFixture<CorePlace>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_takes_in_the_peers_that_it_is_told_of_and_says_why_where_it_does_not()
    {
        using var checkout = CoreCheckout.Create(packages);
        var options = new CoreNodeOptions { Name = "alice", Http = FreePort.Next(), WebSocket = FreePort.Next(), Overlay = new JsonObject { ["dataFolder"] = place.Near.DataFolder } };
        await using CoreNode node = await checkout.StartAsync(options);
        await node.TellsAsync("http");
        (await CliAsync("peers", "add", "bob", place.Onion, "--ports", "9999", "7332")).Exit.Should().Be(0);

        ProgramRun fed = await CliAsync("peers", "feed", $"http://127.0.0.1:{options.Http}", "--network", "f00d", "--port", "7332");

        fed.Exit.Should().Be(0, fed.All);
        fed.Output.Should().Be($"✔ http://{place.Onion}:7332\n");
        (await node.TellsAsync("added")).GetProperty("url").GetString().Should().Be($"http://{place.Onion}:7332");

        ProgramRun refused = await CliAsync("peers", "feed", $"http://127.0.0.1:{options.Http}", "--network", "other");
        refused.Exit.Should().Be(1);
        refused.Output.Should().Contain($"✘ http://{place.Onion}:9999: the node says ").And.Contain("Symbiotic chain not supported");

        ProgramRun elsewhere = await CliAsync("peers", "feed", "http://node.example:7332", "--network", "f00d");
        elsewhere.Exit.Should().Be(1);
        elsewhere.All.Should().Contain("A node is told of peers on this machine alone. Write its address, such as http://127.0.0.1:7332, not 'http://node.example:7332'.");
    }

    private Task<ProgramRun> CliAsync(params string[] arguments) =>
        ProgramRun.RunAsync(Path.Combine(AppContext.BaseDirectory, "klyntar-overlay"), [.. arguments, "--data-folder", place.Near.DataFolder], Path.GetTempPath(), cancellationToken: Cancelled);
}
