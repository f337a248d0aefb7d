using System.Text.Json;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The command itself, on private networks of both overlays: what differs from going live is the configuration alone.</summary>
public sealed class I2PCommandTests(PrivateTor tor) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string DataFolder => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PrivateI2P.Usual)]
    [InlineData(PrivateI2P.Newer)]
    public async Task Up_publishes_a_node_on_both_overlays_and_a_router_that_was_killed_is_back_under_the_same_destinations(string i2pd)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The router is found among Linux's processes.");
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using DemoNode other = await DemoNode.StartAsync("its other port", Cancelled);
        await using CommandRun up = Up(await PrivateI2P.SoloOptionsAsync(i2pd, Cancelled), withTor: true, "--expose", $"7332:{node.EndPoint}", $"9999:{other.EndPoint}", "--on", "tor,i2p");
        await AllAsync(up, "service node on tor: published", "service node on i2p: published");
        (string Host, int Port)[] published = await PublishedAsync();
        string[] destinations = [.. published.Select(p => p.Host).Where(h => h.EndsWith(".b32.i2p", StringComparison.Ordinal))];
        destinations.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        published.Should().HaveCount(4);
        foreach ((string host, int port) in published)
        {
            (port == 7332 ? node : other).IsMine(await DialAsync(host, port)).Should().BeTrue($"port {port} is reached by {host}");
        }

        int router = Router();
        OtherProcess.Kill(router);
        await up.LineAsync(line => line.StartsWith("service node on i2p: degraded", StringComparison.Ordinal), Cancelled);
        await up.LineAsync(line => line == "service node on i2p: published", Cancelled);

        (await PublishedAsync()).Should().Equal(published);
        node.IsMine(await DialAsync(destinations[0], 7332)).Should().BeTrue();
        other.IsMine(await DialAsync(destinations[1], 9999)).Should().BeTrue();
        published.Should().OnlyContain(p => !up.Output.Contains(p.Host), "an address is never written where it may be logged");

        int successor = Router();
        successor.Should().NotBe(router);
        OtherProcess.Kill(up.Id);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await OtherProcess.EndOfAsync(successor, limit.Token);
    }

    [Fact]
    public async Task Up_uses_a_router_that_runs_already_and_refuses_dials_with_their_own_sentence_when_it_is_gone()
    {
        await using PrivateI2PNetwork network = await PrivateI2P.StartAsync(PrivateI2P.Usual, Cancelled);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        I2POptions options = network.ClientOptions with { Sam = null, DialTimeout = TimeSpan.FromSeconds(3) };
        await using CommandRun up = Up(options, withTor: false, "--i2p-sam", $"{network.Sams[0]}", "--expose", $"80:{node.EndPoint}", "--on", "i2p");
        await up.LineAsync(line => line == "service node on i2p: published", Cancelled);
        using JsonDocument status = await StatusAsync();
        status.RootElement.GetProperty("transports")[0].GetProperty("program").GetProperty("origin").GetString().Should().StartWith("external router, SAM 3.");
        (string host, int port) = (await PublishedAsync()).Should().ContainSingle().Subject;
        node.IsMine(await DialAsync(host, port)).Should().BeTrue();

        await network.StopAsync();
        await up.LineAsync(line => line.StartsWith("i2p: ", StringComparison.Ordinal) && line.Contains("Nothing listens at ", StringComparison.Ordinal), Cancelled);
        await using CommandRun dial = CommandRun.Start(tor, "dial", $"{host}:{port}", "--data-folder", DataFolder);

        (await dial.ExitAsync(Cancelled)).Should().Be(1);
        dial.Output.Should().Contain("The overlay is not ready yet. 'klyntar-overlay status' shows what it waits for.");
    }

    [Fact]
    public async Task Sandbox_with_both_overlays_fetches_the_page_over_each_and_ends_with_0()
    {
        string output = await SandboxAsync();

        output.Should().Contain("by name, through SOCKS5 and Tor").And.Contain("by name, through SOCKS5 and I2P").And.Contain("The node answered through Tor and I2P");
    }

    [Fact]
    public async Task Sandbox_with_three_I2P_routers_fetches_the_page_between_strangers_and_ends_with_0()
    {
        await PrivateI2P.PathAsync(PrivateI2P.Newer, Cancelled);
        string output = await SandboxAsync("--i2p-routers", "3");

        output.Should().Contain("3 routers on 127.").And.Contain("the node becomes an I2P destination on a stranger's router").And.Contain("The node answered through Tor and I2P");
    }

    private async Task<string> SandboxAsync(params string[] options)
    {
        await using CommandRun sandbox = CommandRun.Start(tor, ["sandbox", "--with", "tor,i2p", "--once", "--socks-port", "0", "--folder", Path.Combine(_folder, "sandbox"), .. options]);
        int exit = await sandbox.ExitAsync(Cancelled);
        TestContext.Current.TestOutputHelper!.WriteLine(sandbox.Output);
        exit.Should().Be(0, sandbox.Output);
        return sandbox.Output;
    }

    // In whichever order they come.
    private static async Task AllAsync(CommandRun run, params string[] lines)
    {
        var awaited = lines.ToHashSet();
        while (awaited.Count > 0)
        {
            awaited.Remove(await run.LineAsync(awaited.Contains, Cancelled));
        }
    }

    private int Router() => OtherProcess.WithArgument($"--datadir={Path.Join(DataFolder, "i2p", "router", "data")}");

    private CommandRun Up(I2POptions options, bool withTor, params string[] arguments)
    {
        string configuration = Path.Combine(_folder, "overlay.json");
        File.WriteAllText(configuration, JsonSerializer.Serialize(new
        {
            transports = new { tor = withTor ? (object)new { torrc = tor.Torrc } : false, i2p = PrivateI2P.Section(options) },
            socks = new[] { new { listen = "127.0.0.1:0" } },
        }));
        return CommandRun.Start(tor, ["up", "--config", configuration, "--data-folder", DataFolder, .. arguments]);
    }

    private async Task<string> DialAsync(string host, int port)
    {
        await using CommandRun dial = CommandRun.Start(tor, "dial", $"{host}:{port}", "--data-folder", DataFolder);
        await dial.WriteAsync($"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n");
        (await dial.ExitAsync(Cancelled)).Should().Be(0, dial.Output);
        return dial.Output;
    }

    private async Task<(string Host, int Port)[]> PublishedAsync()
    {
        using JsonDocument status = await StatusAsync();
        return [.. status.RootElement.GetProperty("services").EnumerateArray().SelectMany(s => s.GetProperty("ports").EnumerateArray())
            .Select(p => (p.GetProperty("host").GetString()!, p.GetProperty("port").GetInt32()))];
    }

    private async Task<JsonDocument> StatusAsync()
    {
        await using CommandRun status = CommandRun.Start(tor, "status", "--json", "--data-folder", DataFolder);
        (await status.ExitAsync(Cancelled)).Should().Be(0, status.Output);
        return JsonDocument.Parse(status.Output);
    }
}
