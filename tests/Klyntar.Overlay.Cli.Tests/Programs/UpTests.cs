using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class UpTests : IDisposable
{
    private readonly CliHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(CliProcess.Interrupt)]
    [InlineData(CliProcess.Terminate)]
    public async Task A_stop_that_is_asked_for_is_a_success(int signal)
    {
        _home.Write("overlay.json", CliHome.LoopbackOnly);
        await using CliProcess up = _home.Start("up");
        await up.LineAsync("loopback: ready");
        up.Signal(signal);
        CliResult result = await up.EndAsync();

        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().Contain("Stopping …");
        (await _home.RunAsync("status")).Error.Should().Contain("No gateway runs on the data folder");
    }

    [Fact]
    public async Task Addresses_are_shown_on_terminals_only()
    {
        _home.Write("overlay.json", CliHome.LoopbackOnly);
        await using CliProcess up = _home.Start("up", "--expose", "7334:1", "--on", "loopback");
        await up.LineAsync("service node on loopback: published");
        JsonElement status = await _home.StatusAsync();
        string host = status.GetProperty("services")[0].GetProperty("ports")[0].GetProperty("host").GetString()!;
        up.Signal(CliProcess.Terminate);
        CliResult result = await up.EndAsync();

        (result.Output + result.Error).Should().NotContain(host).And.Contain("'klyntar-overlay status' shows the addresses.");
    }

    [Fact]
    public async Task An_overlay_that_cannot_start_is_told_of_and_the_others_go_on()
    {
        _home.Write("overlay.json", """
            { "transports": { "tor": false, "loopback": {}, "i2p": { "program": "/nonexistent/i2pd" } }, "socks": [{ "listen": "127.0.0.1:0" }] }
            """);
        await using CliProcess up = _home.Start("up", "--expose", "7334:1", "--on", "loopback,i2p");
        await up.LineAsync("service node on loopback: published");
        JsonElement status = await _home.StatusAsync();
        up.Signal(CliProcess.Terminate);
        CliResult result = await up.EndAsync();

        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().MatchRegex("\ni2p: failed: .*/nonexistent/i2pd.*\n").And.MatchRegex("\nservice node on i2p: failed: .*/nonexistent/i2pd.*\n");
        status.GetProperty("services").EnumerateArray().Select(s => s.GetProperty("state").GetString()).Should().BeEquivalentTo("published", "failed");
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_configuration_is_told_at_once()
    {
        string config = _home.Write("bad.json", """
            {
              "sock": [],
              "services": { "web": { "on": ["torr"], "ports": { "99999": "127.0.0.1:80" } } }
            }
            """);
        CliResult up = await _home.RunAsync("up", "--config", config);

        up.ExitCode.Should().Be(1);
        up.Error.Should().StartWith($"klyntar-overlay: {config}: ").And.Contain("sock").And.Contain("torr").And.Contain("99999");
        up.Output.Should().BeEmpty();
        Directory.Exists(_home.DataFolder).Should().BeFalse("nothing was begun");
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        _home.Write("overlay.json", CliHome.LoopbackOnly);
        CliResult up = await _home.RunAsync("up", "--socks-port", $"{port}");
        CliResult sandbox = await _home.RunAsync("sandbox", "--once", "--socks-port", $"{port}");

        up.ExitCode.Should().Be(1);
        up.Error.Should().StartWith("klyntar-overlay: ").And.Contain($"127.0.0.1:{port}");
        sandbox.ExitCode.Should().Be(1);
        sandbox.Error.Should().Contain($"127.0.0.1:{port}").And.Contain("--socks-port 0");
    }

    [Fact]
    public async Task A_second_gateway_on_a_data_folder_is_refused_by_the_first_ones_process_id()
    {
        _home.Write("overlay.json", CliHome.LoopbackOnly);
        await using CliProcess first = _home.Start("up");
        await first.LineAsync("loopback: ready");
        int id = (await _home.StatusAsync()).GetProperty("processId").GetInt32();
        CliResult second = await _home.RunAsync("up");

        second.ExitCode.Should().Be(1);
        second.Error.Should().Contain($"in use by process {id}");
    }
}
