using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What dies comes back, and under the same address.</summary>
public sealed class GatewayRecoveryTests(PrivateTor network) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string DataFolder => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task After_a_kill_of_tor_the_service_is_back_under_the_same_address()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using TestGateway gateway = await StartAsync(node);
        string onion = gateway.Onion("node");
        int tor = await TorObserver.ProcessIdAsync(gateway.TransportFolder, Cancelled);
        Task<GatewayStatus> degraded = gateway.WaitForAsync(s => s.Services[0].State == ServiceState.Degraded, Cancelled);

        OtherProcess.Kill(tor);

        (await degraded).Services[0].Ports[0].Host.Should().Be(onion);
        await gateway.WaitForAsync(s => s.IsReady, Cancelled);
        (await TorObserver.ProcessIdAsync(gateway.TransportFolder, Cancelled)).Should().NotBe(tor);
        gateway.Onion("node").Should().Be(onion);
        using HttpClient http = network.Client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
    }

    [Fact]
    public async Task A_tor_that_hangs_is_replaced_and_the_service_is_back_under_the_same_address()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signal is given by Linux's number.");
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using TestGateway gateway = await StartAsync(node);
        string onion = gateway.Onion("node");
        int tor = await TorObserver.ProcessIdAsync(gateway.TransportFolder, Cancelled);
        Task<GatewayStatus> noticed = gateway.WaitForAsync(s => s.Transports[0].State == TransportState.Degraded, Cancelled);

        Signals.Suspend(tor);

        await noticed;
        await gateway.WaitForAsync(s => s.IsReady, Cancelled);
        OtherProcess.IsAlive(tor).Should().BeFalse("it was ended before another was started");
        gateway.Onion("node").Should().Be(onion);
        using HttpClient http = network.Client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
    }

    [Fact]
    public async Task A_dial_that_begins_while_tor_is_dead_is_connected_when_it_is_back()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using TestGateway server = await StartAsync(node);
        await using TestGateway client = await TestGateway.StartAsync(network.Torrc, network.Programs, cancellationToken: Cancelled);
        int tor = await TorObserver.ProcessIdAsync(client.TransportFolder, Cancelled);
        Task<GatewayStatus> down = client.WaitForAsync(s => s.Transports[0].State != TransportState.Ready, Cancelled);

        OtherProcess.Kill(tor);
        await down;

        using HttpClient http = client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{server.Onion("node")}/"), Cancelled)).Should().BeTrue();
    }

    [Fact]
    public async Task A_connection_over_a_tor_that_dies_ends_at_both_sides()
    {
        using var target = new Target();
        await using TestGateway server = await StartAsync(7, target.EndPoint);
        await using TestGateway client = await TestGateway.StartAsync(network.Torrc, network.Programs, cancellationToken: Cancelled);
        using Socket dialled = await client.DialAsync(server.Onion("node"), 7, null, Cancelled);
        using Socket accepted = await target.AcceptAsync(Cancelled);
        await dialled.SendAllAsync("ping"u8.ToArray(), Cancelled);
        (await accepted.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("ping"u8.ToArray());

        OtherProcess.Kill(await TorObserver.ProcessIdAsync(client.TransportFolder, Cancelled));

        await EndAsync(dialled);
        await EndAsync(accepted);
    }

    [Fact]
    public async Task A_gateway_that_starts_again_has_the_same_address()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string onion;
        await using (TestGateway first = await StartAsync(node))
        {
            onion = first.Onion("node");
        }

        await using TestGateway second = await StartAsync(node);

        second.Onion("node").Should().Be(onion);
        using HttpClient http = second.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
    }

    [Fact]
    public async Task Two_gateways_on_one_data_folder_are_refused()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using TestGateway first = await StartAsync(node);

        Func<Task> second = () => StartAsync(node);

        (await second.Should().ThrowAsync<OverlayException>()).WithMessage("*in use*");
    }

    private static async Task EndAsync(Socket socket)
    {
        try
        {
            (await socket.ReceiveAsync(new byte[1], Cancelled)).Should().Be(0);
        }
        catch (SocketException e)
        {
            e.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        }
    }

    private Task<TestGateway> StartAsync(DemoNode node) => StartAsync(80, node.EndPoint);

    private Task<TestGateway> StartAsync(int port, EndPoint target) => TestGateway.StartAsync(
        network.Torrc,
        network.Programs,
        new Dictionary<string, IReadOnlyDictionary<int, EndPoint>> { ["node"] = new Dictionary<int, EndPoint> { [port] = target } },
        DataFolder,
        cancellationToken: Cancelled);
}
