using System.Net;
using System.Text.Json;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The command itself with a pluggable transport: two gateways, and Debian's obfs4proxy between them on loopback.</summary>
public sealed class PluggableCommandTests(PrivateTor tor) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_service_on_obfs4_is_dialled_through_another_gateways_door_and_is_back_when_its_program_was_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The programs are found among Linux's processes.");
        await NeedObfs4Async();
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string here = Path.Combine(_folder, "here");
        await using CommandRun publisher = Up(here, new
        {
            transports = new { tor = (object)false, pt = new { } },
            socks = new[] { new { listen = "127.0.0.1:0" } },
            services = new { node = new { ports = new Dictionary<string, string> { ["80"] = $"{node.EndPoint}" }, on = new[] { "pt" } } },
        });
        await publisher.LineAsync(line => line == "service node on pt: published", Cancelled);
        string host = await HostAsync(here);
        host.Should().EndWith(".pt.alt");

        // A bridge of the operator's own leads to the same place as the address itself.
        string bridge = await BridgeLineAsync(here);
        string there = Path.Combine(_folder, "there");
        await using CommandRun dialler = Up(there, new
        {
            transports = new { tor = (object)false, pt = new { allowPrivate = true, bridges = new Dictionary<string, string> { ["home"] = bridge } } },
            socks = new[] { new { listen = "127.0.0.1:0" } },
        });
        await dialler.LineAsync(line => line == "pt: ready", Cancelled);
        using HttpClient browser = await BrowserAsync(there);

        node.IsMine(await browser.GetStringAsync(new Uri($"http://{host}/"), Cancelled)).Should().BeTrue();
        node.IsMine(await browser.GetStringAsync(new Uri("http://home.pt.alt/"), Cancelled)).Should().BeTrue();

        int server = Server(here);
        OtherProcess.Kill(server);
        await publisher.LineAsync(line => line.StartsWith("service node on pt: degraded", StringComparison.Ordinal), Cancelled);
        await publisher.LineAsync(line => line == "service node on pt: published", Cancelled);
        (await HostAsync(here)).Should().Be(host);
        using HttpClient again = await BrowserAsync(there);
        node.IsMine(await again.GetStringAsync(new Uri($"http://{host}/"), Cancelled)).Should().BeTrue();
        publisher.Output.Should().NotContain(host, "an address is never written where it may be logged");
        dialler.Output.Should().NotContain(host);

        IReadOnlyList<int> programs = OtherProcess.WithVariable("TOR_PT_STATE_LOCATION", here);
        programs.Should().HaveCount(2, "one program dials and one publishes");
        OtherProcess.Kill(publisher.Id);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        foreach (int program in programs)
        {
            await OtherProcess.EndOfAsync(program, limit.Token);
        }
    }

    [Fact]
    public async Task A_service_on_Tor_is_not_published_beside_this_machines_address_unless_the_two_may_be_linked()
    {
        await using CommandRun up = Up(Path.Combine(_folder, "data"), new
        {
            transports = new { pt = new { } },
            services = new { node = new { ports = new Dictionary<string, string> { ["80"] = "127.0.0.1:9" }, on = new[] { "tor", "pt" } } },
        });

        (await up.ExitAsync(Cancelled)).Should().Be(1);
        up.Output.Should().Contain("\"pt\" shows this machine's address");
    }

    private static async Task NeedObfs4Async()
    {
        try
        {
            await new HelperPrograms(new HelperProgramOptions()).FindAsync("obfs4proxy", null, Cancelled);
        }
        catch (OverlayException e)
        {
            Assert.Skip($"obfs4proxy is not to be had here: {e.Message}");
        }
    }

    private static int Server(string data) => OtherProcess.WithVariable("TOR_PT_STATE_LOCATION", Path.Join(data, "pt", "programs"))
        .Single(id => File.ReadAllText($"/proc/{id}/environ").Contains("TOR_PT_SERVER_TRANSPORTS", StringComparison.Ordinal));

    // As obfs4proxy writes it for its operator.
    private static async Task<string> BridgeLineAsync(string data)
    {
        string folder = Directory.GetDirectories(Path.Join(data, "pt", "programs"), "server-*").Single();
        string line = (await File.ReadAllLinesAsync(Path.Join(folder, "obfs4_bridgeline.txt"), Cancelled)).Single(l => l.StartsWith("Bridge ", StringComparison.Ordinal));
        string listen = File.ReadAllText($"/proc/{Server(data)}/environ").Split('\0').Single(v => v.StartsWith("TOR_PT_SERVER_BINDADDR=obfs4-", StringComparison.Ordinal)).Split('-', 2)[1];
        return line.Replace("<IP ADDRESS>:<PORT> <FINGERPRINT>", listen, StringComparison.Ordinal);
    }

    private CommandRun Up(string data, object configuration)
    {
        string file = data + ".json";
        File.WriteAllText(file, JsonSerializer.Serialize(configuration));
        return CommandRun.Start(tor, "up", "--config", file, "--data-folder", data);
    }

    private async Task<string> HostAsync(string data)
    {
        using JsonDocument status = await StatusAsync(data);
        return status.RootElement.GetProperty("services")[0].GetProperty("ports")[0].GetProperty("host").GetString()!;
    }

    private async Task<HttpClient> BrowserAsync(string data)
    {
        using JsonDocument status = await StatusAsync(data);
        string door = status.RootElement.GetProperty("socks")[0].GetProperty("listen").GetString()!;
        return new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{door}") });
    }

    private async Task<JsonDocument> StatusAsync(string data)
    {
        await using CommandRun run = CommandRun.Start(tor, "status", "--json", "--data-folder", data);
        (await run.ExitAsync(Cancelled)).Should().Be(0, run.Output);
        return JsonDocument.Parse(run.Output);
    }
}
