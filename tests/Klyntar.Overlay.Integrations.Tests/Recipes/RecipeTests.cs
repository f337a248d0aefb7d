using System.ComponentModel;
using System.Reflection;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>The recipes of <c>docs/recipes.md</c>, each as it stands there.</summary>
public sealed class RecipeTests(RecipePlace place, NpmPackages packages) : IClassFixture<RecipePlace>
{
    [Fact]
    public void Every_block_of_the_document_is_run_by_a_test()
    {
        string?[] run = [.. typeof(RecipeTests).GetMethods().Select(m => m.GetCustomAttribute<RecipeAttribute>()?.Heading).OfType<string>()];

        RecipeDocument.Blocks.Keys.Should().BeEquivalentTo(run);
    }

    [Fact]
    [Recipe("curl")]
    public async Task Curl_fetches_the_node() => Reached(await place.RunAsync(place.Recipe("curl")));

    [Fact]
    [Recipe("git over HTTP")]
    public async Task Git_clones_over_HTTP() => await ClonesAsync("git over HTTP");

    [Fact]
    [Recipe("ssh")]
    public async Task Ssh_logs_in()
    {
        SkipWithoutSsh();

        Reached(await place.RunAsync(place.Recipe("ssh"), "cat repositories/project.git/HEAD; git --git-dir repositories/project.git show HEAD:README\n"));
    }

    [Fact]
    [Recipe("ssh, for all overlay names")]
    public async Task Ssh_finds_the_way_by_its_configuration()
    {
        SkipWithoutSsh();
        place.ConfigureSsh(place.Recipe("ssh, for all overlay names"));
        try
        {
            string[] address = place.Recipe("ssh").Split(' ')[^1..];
            Reached(await place.RunAsync($"ssh {address[0].Trim()} git --git-dir repositories/project.git show HEAD:README"));
        }
        finally
        {
            place.ConfigureSsh("");
        }
    }

    [Fact]
    [Recipe("git over ssh")]
    public async Task Git_clones_over_ssh()
    {
        SkipWithoutSsh();

        await ClonesAsync("git over ssh");
    }

    [Fact]
    [Recipe("Node: fetch")]
    public async Task Undici_fetches_the_node() => Reached(await packages.RunAsync(place.Recipe("Node: fetch")));

    [Fact]
    [Recipe("Node: node-fetch")]
    public async Task Node_fetch_fetches_the_node() => Reached(await packages.RunAsync(place.Recipe("Node: node-fetch")));

    [Fact]
    [Recipe("Node: ws")]
    public async Task Ws_speaks_to_the_node() => Echoed(await packages.RunAsync(place.Recipe("Node: ws")));

    [Fact]
    [Recipe("Node: websocket")]
    public async Task Websocket_speaks_to_the_node() => Echoed(await packages.RunAsync(place.Recipe("Node: websocket")));

    [Fact]
    [Recipe("Web1337")]
    public async Task Web1337_asks_the_node() => Reached(await packages.RunAsync(place.Recipe("Web1337")));

    [Fact]
    public async Task Web1337_with_its_own_option_goes_past_the_gateway()
    {
        long accepted = Accepted();

        // To a target on loopback, where nobody is told of anything. The door dials no such address, so an answer has come directly.
        ProgramRun run = await packages.RunAsync($$"""
            import Web1337 from 'web1337'

            const web1337 = new Web1337({ nodeURL: 'http://{{place.Node.Http}}', proxyURL: 'socks5h://{{place.Gateway.Socks}}' })
            console.log(await web1337.getCurrentLeader())
            """);

        Reached(run);
        Accepted().Should().Be(accepted, "nobody came to the door");
    }

    [Fact]
    public async Task Web1337_with_the_work_around_goes_nowhere_else()
    {
        ProgramRun run = await packages.RunAsync(place.Recipe("Web1337").Replace($"http://{place.Gateway.Onion("node")}", $"http://{place.Node.Http}", StringComparison.Ordinal));

        run.All.Should().NotContain(place.Node.Nonce).And.Contain("Socks5 proxy rejected connection - NotAllowed");
    }

    [Fact]
    [Recipe("Python: requests")]
    public async Task Requests_fetches_the_node()
    {
        (DebianPackage? package, string whyNot) = await DebianPackage.ObtainAsync("requests", TestContext.Current.CancellationToken);
        Assert.SkipWhen(package is null, whyNot);
        string folder = place.NewFolder();
        var environment = new Dictionary<string, string> { ["PYTHONPATH"] = package!.PathOf("usr", "lib", "python3", "dist-packages") };
        try
        {
            Reached(await ProgramRun.RunAsync("/usr/bin/python3", ["-c", place.Recipe("Python: requests")], folder, environment, cancellationToken: TestContext.Current.CancellationToken));
        }
        catch (Win32Exception)
        {
            Assert.Skip("This machine has no /usr/bin/python3, for which the packages are.");
        }
    }

    [Fact]
    [Recipe(".NET: HttpClient")]
    public async Task HttpClient_fetches_the_node()
    {
        string folder = place.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "recipe.cs"), place.Recipe(".NET: HttpClient"), TestContext.Current.CancellationToken);

        Reached(await ProgramRun.RunAsync("dotnet", ["run", "recipe.cs"], folder, cancellationToken: TestContext.Current.CancellationToken));
    }

    private async Task ClonesAsync(string recipe)
    {
        string folder = place.NewFolder();
        ProgramRun run = await place.RunAsync(place.Recipe(recipe), folder: folder);
        run.Exit.Should().Be(0, run.All);
        (await File.ReadAllTextAsync(Path.Combine(folder, "project", "README"), TestContext.Current.CancellationToken)).Should().Be($"{place.Node.Nonce}\n");
    }

    private void SkipWithoutSsh() => Assert.SkipUnless(place.WhyNoSsh.Length == 0, place.WhyNoSsh);

    private long Accepted() => place.Gateway.Status.Current.Socks.Sum(door => door.Accepted);

    private void Reached(ProgramRun run)
    {
        run.Exit.Should().Be(0, run.All);
        run.Output.Should().Contain(place.Node.Nonce, run.All);
    }

    private void Echoed(ProgramRun run)
    {
        run.Exit.Should().Be(0, run.All);
        run.Output.Should().Be($"{place.Node.Nonce} hello\n");
    }
}
