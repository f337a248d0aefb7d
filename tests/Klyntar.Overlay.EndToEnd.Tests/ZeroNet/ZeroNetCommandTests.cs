using System.Text.Json;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The command itself with ZeroNet, on this machine's loopback and over onions of a private network.</summary>
public sealed class ZeroNetCommandTests(PrivateTor tor) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("zeronet", "The node answered through ZeroNet")]
    [InlineData("tor,zeronet", "The node answered through Tor and ZeroNet")]
    public async Task Sandbox_fetches_the_page_between_strangers_and_ends_with_0(string with, string last)
    {
        await using CommandRun sandbox = CommandRun.Start(tor, ["sandbox", "--with", with, "--once", "--socks-port", "0", "--folder", Path.Combine(_folder, "sandbox")]);
        int exit = await sandbox.ExitAsync(Cancelled);

        exit.Should().Be(0, sandbox.Output);
        sandbox.Output.Should().Contain("the node becomes a ZeroNet site at a stranger's gateway").And.Contain(last);
    }

    [Fact]
    public async Task Up_publishes_a_node_on_both_and_dials_it_by_its_site_through_its_onion()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string data = Path.Combine(_folder, "data");
        await using CommandRun up = Up(data, "--expose", $"7332:{node.EndPoint}", "--on", "tor,zeronet");
        HashSet<string> awaited = ["service node on tor: published", "service node on zeronet: published"];
        while (awaited.Count > 0)
        {
            awaited.Remove(await up.LineAsync(awaited.Contains, Cancelled));
        }

        string site = await SiteAsync(data);
        site.Should().MatchRegex("^1[1-9A-HJ-NP-Za-km-z]{25,34}\\.zeronet$");
        await using CommandRun dial = CommandRun.Start(tor, "dial", $"{site}:7332", "--data-folder", data);
        await dial.WriteAsync($"GET / HTTP/1.0\r\nHost: {site}\r\n\r\n");
        (await dial.ExitAsync(Cancelled)).Should().Be(0, dial.Output);

        node.IsMine(dial.Output).Should().BeTrue();
        up.Output.Should().NotContain(site, "an address is never written where it may be logged");
    }

    [Fact]
    public async Task ZeroNet_alone_is_refused_until_it_is_said_that_this_machine_may_be_seen()
    {
        await using CommandRun up = CommandRun.Start(tor, "up", "--expose", "7332", "--on", "zeronet", "--data-folder", Path.Combine(_folder, "data"));

        (await up.ExitAsync(Cancelled)).Should().Be(1);
        up.Output.Should().Contain("ZeroNet alone runs over the ordinary network").And.Contain("--on tor,zeronet").And.Contain("--zeronet-clearnet");
    }

    private CommandRun Up(string data, params string[] arguments)
    {
        string configuration = Path.Combine(_folder, "overlay.json");
        File.WriteAllText(configuration, JsonSerializer.Serialize(new { transports = new { tor = new { torrc = tor.Torrc } }, socks = new[] { new { listen = "127.0.0.1:0" } } }));
        return CommandRun.Start(tor, ["up", "--config", configuration, "--data-folder", data, .. arguments]);
    }

    private async Task<string> SiteAsync(string data)
    {
        await using CommandRun run = CommandRun.Start(tor, "status", "--json", "--data-folder", data);
        (await run.ExitAsync(Cancelled)).Should().Be(0, run.Output);
        using var status = JsonDocument.Parse(run.Output);
        return status.RootElement.GetProperty("services").EnumerateArray().Single(s => s.GetProperty("overlay").GetString() == "zeronet").GetProperty("ports")[0].GetProperty("host").GetString()!;
    }
}
