using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class DialTests(RunningGatewayFixture gateway) : IClassFixture<RunningGatewayFixture>
{
    private string Target => $"{gateway.Host}:{RunningGatewayFixture.Port}";

    [Fact]
    public async Task Bytes_pass_unchanged_both_ways_and_the_end_of_the_input_is_passed_on()
    {
        byte[] sent = RandomNumberGenerator.GetBytes(3_000_001);
        await using CliProcess dial = gateway.Home.Start("dial", Target);
        Task sending = Task.Run(async () =>
        {
            await dial.Input.WriteAsync(sent);
            dial.CloseInput();
        });
        using var received = new MemoryStream();

        // The echo server ends only after it has seen the input's end.
        await dial.Output.CopyToAsync(received);
        await sending;

        received.ToArray().Should().Equal(sent);
        (await dial.ExitAsync()).Should().Be(0, await dial.ErrorAsync());
    }

    [Fact]
    public async Task It_ends_with_the_other_side_though_the_input_is_open()
    {
        using var once = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        once.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        once.Listen();
        using var home = new CliHome();
        string config = home.Write("overlay.json", CliHome.LoopbackOnly);
        await using CliProcess up = home.Start("up", "--config", config, "--expose", $"7333:{((IPEndPoint)once.LocalEndPoint!).Port}", "--on", "loopback");
        await up.LineAsync("service node on loopback: published");
        JsonElement status = await home.StatusAsync();
        await using CliProcess dial = home.Start("dial", $"{status.GetProperty("services")[0].GetProperty("ports")[0].GetProperty("host").GetString()}:7333");
        using (Socket accepted = await once.AcceptAsync())
        {
            await accepted.SendAsync("bye"u8.ToArray());
            accepted.Shutdown(SocketShutdown.Both);
        }

        using var reader = new StreamReader(dial.Output);
        (await reader.ReadToEndAsync()).Should().Be("bye");
        (await dial.ExitAsync()).Should().Be(0, "the other side ended in good order");
    }

    [Fact]
    public async Task It_ends_when_nobody_reads_its_output()
    {
        await using CliProcess dial = gateway.Home.Start("dial", Target);
        dial.Output.Close();
        await dial.Input.WriteAsync("who reads this?"u8.ToArray());
        await dial.Input.FlushAsync();

        (await dial.ExitAsync()).Should().Be(141);
        (await dial.ErrorAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("example.com:80", "No transport claims this name")]
    [InlineData("127.0.0.1:80", "The gateway's rules forbid")]
    [InlineData("nonsense", "is not an address and a port")]
    public async Task A_failure_is_told_in_a_sentence_and_exits_1(string target, string sentence)
    {
        CliResult dial = await gateway.Home.RunAsync("dial", target);

        dial.ExitCode.Should().Be(1);
        dial.Error.Should().StartWith("klyntar-overlay: ").And.Contain(sentence);
        dial.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task The_gateways_SOCKS_door_reaches_the_service_by_name()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, gateway.SocksPort));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(new byte[] { 5, 1, 0 });
        byte[] choice = new byte[2];
        await stream.ReadExactlyAsync(choice);
        byte[] name = Encoding.ASCII.GetBytes(gateway.Host);
        await stream.WriteAsync((byte[])[5, 1, 0, 3, (byte)name.Length, .. name, RunningGatewayFixture.Port >> 8, RunningGatewayFixture.Port & 0xFF]);
        byte[] reply = new byte[10];
        await stream.ReadExactlyAsync(reply);
        reply[1].Should().Be(0);
        await stream.WriteAsync("hello"u8.ToArray());
        byte[] echo = new byte[5];
        await stream.ReadExactlyAsync(echo);

        echo.Should().Equal("hello"u8.ToArray());
    }

    [Theory]
    [InlineData("new-circuits")]
    [InlineData("newnym")]
    [InlineData("new-circuits", "--on", "loopback")]
    public async Task New_circuits_of_a_transport_that_has_none_are_refused_in_a_sentence(params string[] line)
    {
        CliResult refused = await gateway.Home.RunAsync(line);

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Be("klyntar-overlay: loopback: This overlay has no circuits that could be renewed.\n");
    }

    [Fact]
    public async Task New_circuits_of_a_transport_that_does_not_run_name_it()
    {
        CliResult refused = await gateway.Home.RunAsync("new-circuits", "--on", "tor");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().StartWith("klyntar-overlay: The gateway runs no transport named \"tor\".");
    }

    [Fact]
    public async Task Status_shows_the_gateway_to_people_and_to_programs()
    {
        JsonElement json = await gateway.Home.StatusAsync();
        json.GetProperty("transports")[0].GetProperty("state").GetString().Should().Be("ready");
        json.GetProperty("dataFolder").GetString().Should().Be(gateway.Home.DataFolder);

        CliResult text = await gateway.Home.RunAsync("status");
        text.Output.Split('\n').Should().Contain($"  {gateway.Host}").And.Contain("service echo on loopback: published");
    }

    [Fact]
    public async Task A_watched_status_is_one_JSON_text_a_line_and_ends_well_on_Ctrl_C()
    {
        await using CliProcess watch = gateway.Home.Start("status", "--watch", "--json");
        JsonDocument.Parse(await watch.LineAsync("{")).RootElement.GetProperty("services").GetArrayLength().Should().Be(1);
        watch.Signal(CliProcess.Interrupt);

        (await watch.EndAsync()).Should().Match<CliResult>(r => r.ExitCode == 0 && r.Error.Length == 0);
    }
}
