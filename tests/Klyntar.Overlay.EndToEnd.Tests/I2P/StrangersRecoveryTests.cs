using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two gateways on routers that are strangers to each other, in a network of three, one of which is killed. Older i2pds than the newer one cannot be three on a machine.</summary>
public sealed class StrangersRecoveryTests
{
    private const string Service = "node";
    private const int Port = 80;

    // The first has no clients.
    private const int PeersRouter = 1;
    private const int OwnRouter = 2;

    // As a wallet has it.
    private static readonly TimeSpan ClientsPatience = TimeSpan.FromSeconds(6);

    // A session that knew the peer before reaches it again after 390 to 540 s, when its lease set has run out.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peer_that_was_reached_before_is_reached_again_within_a_minute_of_the_kill_of_its_router_and_of_the_gateways_own()
    {
        await using PrivateI2PNetwork network = await PrivateI2P.StartAsync(PrivateI2P.Newer, Cancelled, routers: 3);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        var service = new ServiceOptions { On = ["i2p"], Ports = new Dictionary<int, EndPoint> { [Port] = node.EndPoint } };
        Task<TestGateway> dialling = StartAsync(network, network.Sams[1]);
        await using TestGateway server = await StartAsync(network, network.Sams[0], service);
        await using TestGateway client = await dialling;
        string host = server.Host(Service, "i2p", Port);
        await ReachAsync(client, host, node);

        foreach (int router in (int[])[PeersRouter, OwnRouter])
        {
            long killed = Stopwatch.GetTimestamp();
            await network.RestartRouterAsync(router, Cancelled);
            await ReachAsync(client, host, node);

            TimeSpan took = Stopwatch.GetElapsedTime(killed);
            TestContext.Current.TestOutputHelper!.WriteLine($"{took.TotalSeconds:0.0} s after the kill of {(router == OwnRouter ? "the gateway's own router" : "the peer's")}");
            took.Should().BeLessThan(Limit);
        }
    }

    private static Task<TestGateway> StartAsync(PrivateI2PNetwork network, EndPoint sam, ServiceOptions? service = null) => TestGateway.StartAsync(
        [],
        PrivateI2P.Programs,
        configure: options => options with
        {
            // Tor would run by itself, and on the public network.
            Transports = new Dictionary<string, object?> { ["tor"] = null, ["i2p"] = network.ClientOptions with { Sam = sam } },
            Services = service is null ? new Dictionary<string, ServiceOptions>() : new Dictionary<string, ServiceOptions> { [Service] = service },
        },
        cancellationToken: Cancelled);

    private static async Task ReachAsync(TestGateway client, string host, DemoNode node)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(2 * Limit);
        while (!node.IsMine(await FetchAsync(client, host, limit.Token)))
        {
        }
    }

    private static async Task<string> FetchAsync(TestGateway client, string host, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ClientsPatience);
        try
        {
            (Socket? socket, _) = await client.TryDialAsync(host, Port, null, patience.Token);
            using (socket)
            {
                await (socket?.SendAllAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), patience.Token) ?? Task.CompletedTask);
                return socket is null ? "" : Encoding.UTF8.GetString(await socket.ReceiveToEndAsync(patience.Token));
            }
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "";
        }
    }
}
