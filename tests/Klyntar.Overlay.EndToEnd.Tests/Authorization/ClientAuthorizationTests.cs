using System.Net.Sockets;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Services that admit only whom they know, over a real Tor network.</summary>
public sealed class ClientAuthorizationTests(PrivateTor network, AuthorizedGateways gateways) : IClassFixture<AuthorizedGateways>
{
    private const int Plain = 0;
    private const int Extended = 1;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_key_a_wrong_one_and_none_are_three_answers_at_the_SOCKS_door() => await CheckAnswersAsync();

    [Theory]
    [InlineData("wrong", "The service does not accept this gateway's client key for it. ")]
    [InlineData("missing", "The service wants a client key and this gateway has none for it. ")]
    public async Task The_dial_command_tells_what_is_the_matter_with_the_key(string service, string sentence)
    {
        await using CommandRun dial = CommandRun.Start(network, "dial", $"{gateways.Server.Onion(service)}:80", "--data-folder", gateways.Client.DataFolder);

        (await dial.ExitAsync(Cancelled)).Should().Be(1);
        dial.Output.Should().Contain($"klyntar-overlay: {sentence}");
    }

    [Fact]
    public async Task The_dial_command_connects_with_the_right_key()
    {
        await using CommandRun dial = CommandRun.Start(network, "dial", $"{gateways.Right}:80", "--data-folder", gateways.Client.DataFolder);
        await dial.WriteAsync($"GET / HTTP/1.0\r\nHost: {gateways.Right}\r\n\r\n");

        (await dial.ExitAsync(Cancelled)).Should().Be(0, dial.Output);
        gateways.Node.IsMine(dial.Output).Should().BeTrue();
    }

    [Fact]
    public async Task However_often_somebody_tries_in_a_row_the_answer_stays_the_same()
    {
        // Tor asks each of the four directories here once, and then calls the address unknown.
        for (int i = 0; i < 12; i++)
        {
            (await ReplyAsync(gateways.Wrong, Extended)).Should().Be(0xF5);
            (await ReplyAsync(gateways.Missing, Extended)).Should().Be(0xF4);
        }
    }

    [Fact]
    public async Task Status_tells_who_asks_for_keys_and_which_of_ours_is_not_accepted()
    {
        await ReplyAsync(gateways.Wrong, Plain);
        await ReplyAsync(gateways.Missing, Plain);

        gateways.Server.Status.Current.Services.Should().OnlyContain(s => s.Notes.Contains("visitors need a client key, which 1 client has"));
        gateways.Client.Status.Current.Transports[0].Notes.Should()
            .Contain("has client keys for 2 services")
            .And.Contain($"{gateways.Wrong} does not accept the client key \"mallory\"")
            .And.Contain($"{gateways.Missing[..4]}….onion wants a client key, and there is none for it");
    }

    [Fact]
    public async Task A_bare_tor_client_is_turned_away()
    {
        (Socket? socket, byte reply) = await network.Client.TryDialAsync(gateways.Right, 80, cancellationToken: Cancelled);

        socket.Should().BeNull();
        reply.Should().BeOneOf(1, 4);
    }

    [Fact]
    public async Task After_a_kill_of_either_tor_the_answers_are_the_same()
    {
        await KillTorAsync(gateways.Client);
        await CheckAnswersAsync();
        await KillTorAsync(gateways.Server);
        await CheckAnswersAsync();
    }

    [Fact]
    public async Task After_a_change_of_tors_configuration_which_makes_it_forget_its_keys_the_answers_are_the_same()
    {
        // So that tor has no descriptor from before, which it would need no key for.
        await KillTorAsync(gateways.Client);
        await using (TorObserver observer = await TorObserver.ConnectAsync(gateways.Client.TransportFolder, Cancelled))
        {
            await observer.Control.ExecuteAsync(ControlCommand.SetConf(("HeartbeatPeriod", "1 hour")), Cancelled);
        }

        await CheckAnswersAsync();
    }

    [Fact]
    public async Task Switching_authorisation_on_and_off_keeps_the_address()
    {
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
        try
        {
            var nobody = new Dictionary<string, string>();
            var alice = new Dictionary<string, string> { ["alice"] = "descriptor:x25519:HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROQ" };
            string onion = await RunAsync(nobody, async onion => (await PageAsync(onion)).Should().BeTrue());
            (await RunAsync(alice, async onion => (await ReplyAsync(onion, Extended)).Should().Be(0xF4))).Should().Be(onion);
            (await RunAsync(nobody, UntilAdmittedAsync)).Should().Be(onion);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<string> RunAsync(Dictionary<string, string> clients, Func<string, Task> check)
        {
            await using TestGateway server = await AuthorizedGateways.StartServerAsync(network, gateways.Node.EndPoint, ["node"], clients, Path.Combine(folder, "data"), Cancelled);
            await check(server.Onion("node"));
            return server.Onion("node");
        }
    }

    [Fact]
    public async Task No_key_is_ever_logged()
    {
        await CheckAnswersAsync();

        string log = string.Join('\n', gateways.Client.Log.Lines.Concat(gateways.Server.Log.Lines));
        log.Should().Contain("authorization", "what is searched is there");
        foreach (string secret in gateways.Secrets)
        {
            log.Should().NotContain(secret[..12]);
        }
    }

    // For a moment some directories still have the descriptor from before.
    private async Task UntilAdmittedAsync(string onion)
    {
        byte reply;
        do
        {
            (Socket? socket, reply) = await gateways.Client.TryDialAsync(onion, 80, null, Cancelled, Extended);
            socket?.Dispose();
            reply.Should().BeOneOf(0x00, 0xF4);
        }
        while (reply != 0);
    }

    private async Task CheckAnswersAsync()
    {
        (await PageAsync(gateways.Right)).Should().BeTrue();
        (await ReplyAsync(gateways.Wrong, Plain)).Should().Be(0x02);
        (await ReplyAsync(gateways.Wrong, Extended)).Should().Be(0xF5);
        (await ReplyAsync(gateways.Missing, Plain)).Should().Be(0x02);
        (await ReplyAsync(gateways.Missing, Extended)).Should().Be(0xF4);
    }

    private async Task<byte> ReplyAsync(string onion, int door)
    {
        (Socket? socket, byte reply) = await gateways.Client.TryDialAsync(onion, 80, null, Cancelled, door);
        socket.Should().BeNull();
        return reply;
    }

    private async Task<bool> PageAsync(string onion)
    {
        using HttpClient http = gateways.Client.CreateHttpClient();
        return gateways.Node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled));
    }

    private static async Task KillTorAsync(TestGateway gateway)
    {
        int tor = await TorObserver.ProcessIdAsync(gateway.TransportFolder, Cancelled);
        Task<GatewayStatus> down = gateway.WaitForAsync(s => !s.IsReady, Cancelled);
        OtherProcess.Kill(tor);
        await down;
        await gateway.WaitForAsync(s => s.IsReady, Cancelled);
    }
}
