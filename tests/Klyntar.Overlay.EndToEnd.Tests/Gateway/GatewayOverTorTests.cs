using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Gateways that publish and dial over a real Tor network.</summary>
public sealed class GatewayOverTorTests(PrivateTor network, TwoGateways gateways) : IClassFixture<TwoGateways>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_is_fetched_by_name_through_SOCKS5()
    {
        (await FetchAsync(gateways.Client, gateways.Server.Onion("node"))).Should().Contain(gateways.Node.Nonce);
    }

    [Fact]
    public async Task A_bare_tor_client_reaches_what_a_gateway_publishes()
    {
        using HttpClient http = network.Client.CreateHttpClient();

        string page = await http.GetStringAsync(new Uri($"http://{gateways.Server.Onion("node")}/"), Cancelled);

        gateways.Node.IsMine(page).Should().BeTrue();
    }

    [Fact]
    public async Task A_gateway_reaches_what_a_bare_tor_client_publishes()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string onion = await network.Client.AddOnionAsync(new Dictionary<int, System.Net.IPEndPoint> { [80] = node.EndPoint }, Cancelled);

        // tor tells its bare client nothing of the upload, so the door is asked until the descriptor is there.
        using Socket socket = await gateways.Client.DialUntilReachedAsync(onion, 80, null, Cancelled);
    }

    [Fact]
    public async Task Curl_fetches_a_node_by_name()
    {
        using Process? curl = Start("curl", "--silent", "--show-error", "--max-time", "120", "-x", $"socks5h://{gateways.Client.Socks}", $"http://{gateways.Server.Onion("node")}/");
        Assert.SkipWhen(curl is null, "There is no curl on this machine.");

        string page = await curl.StandardOutput.ReadToEndAsync(Cancelled);
        await curl.WaitForExitAsync(Cancelled);

        curl.ExitCode.Should().Be(0);
        gateways.Node.IsMine(page).Should().BeTrue();
    }

    [Fact]
    public async Task Two_services_have_addresses_and_targets_of_their_own()
    {
        string onion = gateways.Server.Onion("node");
        string other = gateways.Server.Onion("other");

        other.Should().NotBe(onion);
        gateways.Node.IsMine(await FetchAsync(gateways.Client, onion)).Should().BeTrue();
        gateways.OtherNode.IsMine(await FetchAsync(gateways.Client, other)).Should().BeTrue();
    }

    [Fact]
    public async Task Several_ports_of_one_address_lead_to_their_targets()
    {
        string onion = gateways.Server.Onion("many");

        gateways.Node.IsMine(await FetchAsync(gateways.Client, onion)).Should().BeTrue();
        gateways.OtherNode.IsMine(await FetchAsync(gateways.Client, $"{onion}:8080")).Should().BeTrue();
        (Socket? socket, byte reply) = await gateways.Client.TryDialAsync(onion, 81, null, Cancelled);
        socket.Should().BeNull();
        reply.Should().Be(5, "the port is not mapped");
    }

    [Fact]
    public async Task Several_gateways_publish_and_reach_each_other()
    {
        gateways.OtherNode.IsMine(await FetchAsync(gateways.Server, gateways.Client.Onion("mirror"))).Should().BeTrue();
        gateways.Node.IsMine(await FetchAsync(gateways.Client, gateways.Server.Onion("node"))).Should().BeTrue();
    }

    [Fact]
    public async Task A_gateway_reaches_its_own_service_over_the_network()
    {
        gateways.Node.IsMine(await FetchAsync(gateways.Server, gateways.Server.Onion("node"))).Should().BeTrue();
    }

    [Fact]
    public async Task A_FIN_is_held_back_until_the_answer_has_arrived()
    {
        using Socket client = await gateways.Client.DialAsync(gateways.Server.Onion("many"), 7, null, Cancelled);
        using Socket node = await gateways.Target.AcceptAsync(Cancelled);
        byte[] question = "the whole question"u8.ToArray();
        byte[] answer = RandomNumberGenerator.GetBytes(256 * 1024);
        await client.SendAllAsync(question, Cancelled);
        client.Shutdown(SocketShutdown.Send);
        (await node.ReceiveExactlyAsync(question.Length, Cancelled)).Should().Equal(question);

        await node.SendAllAsync(answer, Cancelled);
        node.Shutdown(SocketShutdown.Send);

        byte[] received = await client.ReceiveToEndAsync(Cancelled);
        received.AsSpan().SequenceEqual(answer).Should().BeTrue($"all {answer.Length} bytes arrive, and {received.Length} did");
    }

    [Fact]
    public async Task Tor_itself_loses_the_answer_after_a_FIN()
    {
        // Why the gateway holds it back. Should tor learn half-close one day, this test tells.
        using Target target = new();
        string onion = await network.Client.AddOnionAsync(new Dictionary<int, System.Net.IPEndPoint> { [7] = target.EndPoint }, Cancelled);
        using Socket client = await network.Client.DialUntilReachedAsync(onion, 7, Cancelled);
        using Socket node = await target.AcceptAsync(Cancelled);
        await client.SendAllAsync("question"u8.ToArray(), Cancelled);
        client.Shutdown(SocketShutdown.Send);
        (await node.ReceiveToEndAsync(Cancelled)).Should().Equal("question"u8.ToArray());

        await IgnoreAsync(node.SendAllAsync("answer"u8.ToArray(), Cancelled));

        (await client.ReceiveToEndAsync(Cancelled)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_service_that_closes_ends_the_client_s_connection_after_its_last_byte()
    {
        using Socket client = await gateways.Client.DialAsync(gateways.Server.Onion("many"), 7, null, Cancelled);
        using (Socket node = await gateways.Target.AcceptAsync(Cancelled))
        {
            await node.SendAllAsync("bye"u8.ToArray(), Cancelled);
            node.Shutdown(SocketShutdown.Send);
            (await client.ReceiveToEndAsync(Cancelled)).Should().Equal("bye"u8.ToArray());
        }
    }

    [Fact]
    public async Task Distinct_users_take_distinct_circuits()
    {
        string onion = gateways.Server.Onion("many");
        await using TorObserver observer = await TorObserver.ConnectAsync(gateways.Client.TransportFolder, Cancelled);
        var users = new Dictionary<string, string?>();
        var open = new List<Socket>();
        try
        {
            foreach (string? user in new[] { null, "alice", "bob", "carol", "alice", null })
            {
                await observer.WatchAsync(Cancelled, "STREAM");
                open.Add(await gateways.Client.DialAsync(onion, 7, user, Cancelled));
                open.Add(await gateways.Target.AcceptAsync(Cancelled));
                string circuit = await CircuitOfAsync(observer, onion);

                if (users.TryGetValue(circuit, out string? before))
                {
                    before.Should().Be(user ?? "(nobody)", "a circuit is shared by one user's streams alone");
                }

                users[circuit] = user ?? "(nobody)";
            }

            users.Values.Distinct().Should().HaveCount(4);
        }
        finally
        {
            open.ForEach(s => s.Dispose());
        }
    }

    [Theory]
    [InlineData("example.com", 2)]
    [InlineData("localhost", 2)]
    [InlineData("127.0.0.1", 2)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion", 1)]
    [InlineData("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", 4)]
    public async Task What_cannot_be_reached_is_refused_with_its_code(string host, byte expected)
    {
        (Socket? socket, byte reply) = await gateways.Client.TryDialAsync(host, 80, null, Cancelled);

        socket.Should().BeNull();
        reply.Should().Be(expected);
    }

    private static async Task<string> FetchAsync(TestGateway through, string authority)
    {
        using HttpClient http = through.CreateHttpClient();
        return await http.GetStringAsync(new Uri($"http://{authority}/"), Cancelled);
    }

    private static async Task<string> CircuitOfAsync(TorObserver observer, string onion)
    {
        while (true)
        {
            var stream = await observer.NextStreamEventAsync(Cancelled);
            if (stream.Status == "SUCCEEDED" && stream.Target.StartsWith(onion, StringComparison.Ordinal))
            {
                new[] { "alice", "bob", "carol" }.Should().NotContain(stream.SocksUser, "the client's user name is not passed on");
                return stream.CircuitId;
            }
        }
    }

    private static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (SocketException)
        {
            // The other side is gone, which is the point.
        }
    }

    private static Process? Start(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(info);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
