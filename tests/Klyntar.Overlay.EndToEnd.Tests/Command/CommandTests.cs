using System.Text.Json;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The command itself, on the private network: what differs from going live is the configuration alone.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly PrivateTor _network;
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    public CommandTests(PrivateTor network)
    {
        _network = network;
        File.WriteAllText(Configuration, JsonSerializer.Serialize(new
        {
            transports = new { tor = new { torrc = network.Torrc } },
            socks = new[] { new { listen = "127.0.0.1:0" } },
        }));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Configuration => Path.Combine(_folder, "overlay.json");

    private string DataFolder => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Up_publishes_a_node_that_status_shows_and_dial_reaches()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using CommandRun up = await UpAsync(node);
        string onion = await OnionAsync();

        await using CommandRun dial = CommandRun.Start(_network, "dial", $"{onion}:80", "--data-folder", DataFolder);
        await dial.WriteAsync($"GET / HTTP/1.0\r\nHost: {onion}\r\n\r\n");

        (await dial.ExitAsync(Cancelled)).Should().Be(0, dial.Output);
        node.IsMine(dial.Output).Should().BeTrue("the whole page comes although the request's end was sent at once");
    }

    [Fact]
    public async Task Up_never_writes_an_address_where_it_may_be_logged()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using CommandRun up = await UpAsync(node);
        string onion = await OnionAsync();

        up.Output.Should().NotContain(onion[..^6]);
    }

    [Fact]
    public async Task After_a_kill_of_the_gateway_no_tor_lives_on_and_the_next_one_has_the_same_address()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string onion;
        int tor;
        await using (CommandRun up = await UpAsync(node))
        {
            onion = await OnionAsync();
            tor = await TorObserver.ProcessIdAsync(Path.Combine(DataFolder, "tor"), Cancelled);
            OtherProcess.Kill(up.Id);
            await EndsAsync(tor, TimeSpan.FromSeconds(20));
        }

        await using CommandRun again = await UpAsync(node);

        (await OnionAsync()).Should().Be(onion);
        using HttpClient http = _network.Client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
    }

    [Fact]
    public async Task Up_ends_in_good_order_when_it_is_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using CommandRun up = await UpAsync(node);
        int tor = await TorObserver.ProcessIdAsync(Path.Combine(DataFolder, "tor"), Cancelled);

        Signals.Terminate(up.Id);

        (await up.ExitAsync(Cancelled)).Should().Be(0, up.Output);
        OtherProcess.IsAlive(tor).Should().BeFalse("its tor ends before the gateway does");
    }

    [Fact]
    public async Task After_a_sleep_the_gateway_keeps_its_tor_and_its_service_is_reached()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signals are given by Linux's numbers.");
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using CommandRun up = await UpAsync(node);
        string onion = await OnionAsync();
        int tor = await TorObserver.ProcessIdAsync(Path.Combine(DataFolder, "tor"), Cancelled);

        // A machine that falls asleep stops tor and gateway as one. What may go wrong then is a question that tor could not answer before and that is
        // overdue after: so tor stops first, for as long as a heartbeat takes to come, and the gateway then until no busy machine can be meant any more.
        Signals.Suspend(tor);
        await PassAsync(TorHeartbeat.Interval + TimeSpan.FromSeconds(1));
        Signals.Suspend(up.Id);
        await PassAsync(new ControlConnectionOptions().AnswerTimeout + TimeSpan.FromSeconds(11));
        Signals.Resume(up.Id);
        Signals.Resume(tor);

        string said = await up.LogLineAsync(
            line => line.Contains("the time has jumped by", StringComparison.Ordinal) || line.Contains("tor is degraded", StringComparison.Ordinal), Cancelled);
        said.Should().Contain("the time has jumped by", "a tor that is replaced is told of as degraded");
        using HttpClient http = _network.Client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
        (await TorObserver.ProcessIdAsync(Path.Combine(DataFolder, "tor"), Cancelled)).Should().Be(tor);
        up.Output.Should().NotContain("warning:");

        // Other programs stand still for it, which no virtual clock can do.
        static Task PassAsync(TimeSpan time) => Task.Delay(time, Cancelled);
    }

    [Fact]
    public async Task Sandbox_once_starts_a_network_of_its_own_fetches_the_page_and_ends_with_0()
    {
        await using CommandRun sandbox = CommandRun.Start(_network, "sandbox", "--once", "--socks-port", "0", "--folder", Path.Combine(_folder, "sandbox"));

        int exit = await sandbox.ExitAsync(Cancelled);

        TestContext.Current.TestOutputHelper!.WriteLine(sandbox.Output);
        exit.Should().Be(0, sandbox.Output);
        sandbox.Output.Should().Contain("The node answered through Tor");
    }

    private static async Task EndsAsync(int id, TimeSpan limit)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        either.CancelAfter(limit);
        await OtherProcess.EndOfAsync(id, either.Token);
    }

    private async Task<CommandRun> UpAsync(DemoNode node)
    {
        CommandRun up = CommandRun.Start(_network, "up", "--config", Configuration, "--data-folder", DataFolder, "--expose", $"80:{node.EndPoint}");
        try
        {
            await up.LineAsync(line => line == "service node on tor: published", Cancelled);
            return up;
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }
    }

    private async Task<string> OnionAsync()
    {
        await using CommandRun status = CommandRun.Start(_network, "status", "--json", "--data-folder", DataFolder);
        (await status.ExitAsync(Cancelled)).Should().Be(0, status.Output);
        using var json = JsonDocument.Parse(status.Output);
        return json.RootElement.GetProperty("services")[0].GetProperty("ports")[0].GetProperty("host").GetString()!;
    }
}
