using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What a plugin does wrong is its own to bear, and shown.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PluginContainmentTests : IDisposable
{
    private readonly PluginLab _lab = new();
    private readonly TestFolder _folder = new();
    private readonly LogCapture _log = new(TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null);

    public void Dispose()
    {
        _lab.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Bytes_go_through_a_plugin()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode());

        using Socket socket = await TestSockets.ConnectAsync(gateway.SocksEndPoints[0]);
        await socket.SendAsync(Socks5.Request("some.echo", 80));
        (await socket.ReadSocks5ReplyAsync()).Should().Be(0);
        await socket.SendAsync("hello"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        (await socket.ReadToEndAsync()).Should().Equal(Encoding.ASCII.GetBytes("hello"));
    }

    [Fact]
    public async Task What_throws_is_told_in_the_status_and_the_log()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Dial = "throw new InvalidOperationException(\"a bug\");" });

        (await ReplyAsync(gateway, "some.echo")).Should().NotBe(0);

        Notes(gateway).Should().ContainSingle().Which.Should().Be("DialAsync threw an exception once: InvalidOperationException, a bug. The log has the details; report it to the transport's author.");
        _log.Lines.Should().Contain(l => l.Level == LogLevel.Error && l.Message.StartsWith("echo threw from DialAsync."));
    }

    [Fact]
    public async Task A_dial_that_pays_no_heed_to_its_deadline_ends_all_the_same()
    {
        await using GatewayHost gateway = await StartAsync(
            new PluginCode { Dial = "await Task.Delay(Timeout.Infinite);" },
            door => door with { Limits = door.Limits with { DialTimeout = TimeSpan.FromSeconds(1) } });

        (await ReplyAsync(gateway, "some.echo")).Should().NotBe(0);

        Notes(gateway).Should().ContainSingle().Which.Should().StartWith("DialAsync did not return within ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plugin_that_hangs_when_names_are_parsed_holds_up_no_other_and_is_not_asked_again(bool saysThatItNeverBlocks)
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Parse = "Thread.Sleep(Timeout.Infinite);", NeverBlocks = saysThatItNeverBlocks });

        // The one that it hangs at, one that may be its, and one that is another's.
        (await ReplyAsync(gateway, "first.echo")).Should().NotBe(0);
        (await ReplyAsync(gateway, "second.echo")).Should().NotBe(0);
        (await ReplyAsync(gateway, "127.0.0.1")).Should().NotBe(0);
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        (await ReplyAsync(gateway, "localhost.loopback", port)).Should().Be(0);

        Notes(gateway).Should().ContainSingle().Which.Should().StartWith("Parse did not return within 5 s once.");
    }

    [Fact]
    public async Task A_start_that_hangs_does_not_hold_up_the_gateway()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Start = "Thread.Sleep(Timeout.Infinite);" });

        gateway.Status.Current.Transports.Should().Contain(t => t.Name == "echo" && t.State == TransportState.NotStarted);
        gateway.SocksEndPoints.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_flood_of_log_lines_is_cut_and_told()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Start = "for (int i = 0; i < 5000; i++) logger.LogInformation(\"flood {I}\", i); logger.LogError(new string('x', 100_000));" });
        await gateway.UntilAsync(s => s.Transports.Any(t => t.Name == "echo" && t.State == TransportState.Ready)).SoonAsync();

        _log.Lines.Count(l => l.Message.StartsWith("flood", StringComparison.Ordinal)).Should().Be(LogBudget.Lines);
        _log.Lines.Should().ContainSingle(l => l.Level == LogLevel.Warning && l.Message == "echo writes more than 1000 log lines in 10 s. The rest is left out.");
        Notes(gateway).Should().ContainSingle().Which.Should().Be("4001 log lines were left out, since it wrote too many.");
    }

    [Fact]
    public async Task A_long_line_is_cut()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Start = "logger.LogError(new string('x', 1_000_000));" });
        await gateway.UntilAsync(s => s.Transports.Any(t => t.Name == "echo" && t.State == TransportState.Ready)).SoonAsync();

        _log.Lines.Max(l => l.Message.Length).Should().BeLessThan(20_000);
    }

    [Fact]
    public async Task A_plugin_that_lies_about_half_close_cuts_no_answer_of_the_gateways_short()
    {
        // It promises nothing, and ends both directions when one does: the FIN is held back until the answer is there.
        await using GatewayHost gateway = await StartAsync(new PluginCode { Capabilities = "Publish = true, SharedAddress = true, VisitorIdentity = true, DialAs = true" });

        using Socket socket = await TestSockets.ConnectAsync(gateway.SocksEndPoints[0]);
        await socket.SendAsync(Socks5.Request("some.echo", 80));
        (await socket.ReadSocks5ReplyAsync()).Should().Be(0);
        await socket.SendAsync("hello"u8.ToArray());
        var answer = new byte[5];
        await socket.ReceiveAsync(answer).SoonAsync();
        answer.Should().Equal(Encoding.ASCII.GetBytes("hello"));
    }

    [Fact]
    public async Task A_plugin_that_claims_the_names_of_another_is_not_run_beside_it()
    {
        Func<Task> starting = async () => await (await StartAsync(new PluginCode { Suffix = "Loopback" })).DisposeAsync();

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage("Both echo and loopback claim names that end in .loopback. Switch one of them off, *");
    }

    [Fact]
    public async Task A_service_on_a_plugin_that_says_it_publishes_and_has_no_identities_is_refused_with_a_sentence()
    {
        Func<Task> starting = async () => await (await StartAsync(
            new PluginCode { Capabilities = "Publish = true" },
            configure: o => o with { Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, System.Net.EndPoint> { [80] = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1) }, On = ["echo"] } } })).DisposeAsync();

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage("The service node cannot be published on echo, which is only dialled.*");
    }

    [Fact]
    public async Task A_connection_that_throws_when_it_is_aborted_is_told_of()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Connection = "public override void Abort(ConnectionAbortedException abortReason) => throw new InvalidOperationException(\"a bug\");" });

        await ResetAsync(gateway);
        await Patience.UntilAsync(() => gateway.Status.Current.Socks[0].Connections == 0);

        Notes(gateway).Should().ContainSingle().Which.Should().StartWith("Abort threw an exception once: InvalidOperationException, a bug.");
    }

    [Fact]
    public async Task A_connection_that_hangs_when_it_is_aborted_ends_all_the_same()
    {
        await using GatewayHost gateway = await StartAsync(new PluginCode { Connection = "public override void Abort(ConnectionAbortedException abortReason) => Thread.Sleep(Timeout.Infinite);" });

        await ResetAsync(gateway);
        await Patience.UntilAsync(() => gateway.Status.Current.Socks[0].Connections == 0);

        Notes(gateway).Should().ContainSingle().Which.Should().StartWith("Abort did not return within 5 s once.");
    }

    // Its client resets, which the gateway passes on.
    private static async Task ResetAsync(GatewayHost gateway)
    {
        using Socket socket = await TestSockets.ConnectAsync(gateway.SocksEndPoints[0]);
        await socket.SendAsync(Socks5.Request("some.echo", 80));
        (await socket.ReadSocks5ReplyAsync()).Should().Be(0);
        socket.LingerState = new LingerOption(true, 0);
    }

    private static ImmutableArray<string> Notes(GatewayHost gateway) => gateway.Status.Current.Transports.Single(t => t.Name == "echo").Notes;

    private static async Task<byte> ReplyAsync(GatewayHost gateway, string host, int port = 80)
    {
        using Socket socket = await TestSockets.ConnectAsync(gateway.SocksEndPoints[0]);
        await socket.SendAsync(Socks5.Request(host, port));
        return await socket.ReadSocks5ReplyAsync();
    }

    private Task<GatewayHost> StartAsync(PluginCode code, Func<SocksDoorOptions, SocksDoorOptions>? door = null, Func<GatewayOptions, GatewayOptions>? configure = null)
    {
        _lab.Make(code);
        TransportCatalog catalog = TransportCatalog.Load(_lab.Options);
        var options = new GatewayOptions
        {
            DataFolder = _folder.Path,
            Socks = [door?.Invoke(TestGateway.AnyPort) ?? TestGateway.AnyPort],
            Transports = new Dictionary<string, object?>
            {
                ["tor"] = null,
                ["loopback"] = Activator.CreateInstance(catalog.Transports["loopback"].Factory.OptionsType),
                ["echo"] = Activator.CreateInstance(catalog.Transports["echo"].Factory.OptionsType),
            },
        };
        return GatewayHost.StartAsync(configure?.Invoke(options) ?? options, new GatewayServices { Catalog = catalog, Programs = new NoPrograms(), Loggers = _log });
    }
}
