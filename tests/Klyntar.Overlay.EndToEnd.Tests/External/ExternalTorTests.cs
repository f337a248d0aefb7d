using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Gateways on a tor that its operator runs.</summary>
public sealed class ExternalTorTests(PrivateTor network) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("cookie over TCP")]
    [InlineData("password over TCP")]
    [InlineData("cookie over a Unix socket")]
    [InlineData("password over a Unix socket")]
    public async Task It_carries_dials_and_services_and_is_left_as_it_was(string way)
    {
        bool hasCookie = way.StartsWith("cookie", StringComparison.Ordinal);
        bool isUnix = way.EndsWith("socket", StringComparison.Ordinal);
        await using OperatorTor tor = await OperatorTor.StartAsync(network, hasCookie, Cancelled);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string before = await ConfigurationAsync(tor, hasCookie);
        var options = new TorOptions
        {
            Control = isUnix ? tor.ControlSocket : tor.Control,
            PasswordFile = hasCookie ? null : tor.WritePassword(OperatorTor.Password),
            TrustControl = !hasCookie && !isUnix,
        };
        string onion;
        await using (TestGateway gateway = await StartAsync(node, options))
        {
            onion = gateway.Onion("node");
            gateway.Status.Current.Transports[0].Program!.Origin.Should().StartWith("external tor 0.");
            using HttpClient inwards = network.Client.CreateHttpClient();
            node.IsMine(await inwards.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
            using HttpClient outwards = gateway.CreateHttpClient();
            node.IsMine(await outwards.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
            gateway.Log.Lines.Should().NotContain(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        }

        OtherProcess.IsAlive(tor.ProcessId).Should().BeTrue("a foreign tor is never ended");
        (await ConfigurationAsync(tor, hasCookie)).Should().Be(before, "nothing of it is touched");
        if (hasCookie)
        {
            // Tor takes the identity again, once it has noticed that the connection has ended: it has nothing left of the service.
            byte[] key = TorIdentityFormat.Instance.Export(TorIdentityFormat.Instance.Import(await File.ReadAllBytesAsync(Path.Combine(_folder, "keys", "tor", "node"), Cancelled)).Identity!, TorIdentityFormat.ControlFormat);
            await using TorObserver observer = await tor.ObserveAsync(Cancelled);
            int status;
            do
            {
                status = (await observer.Control.AddOnionAsync(new AddOnionRequest(key, [(80, "127.0.0.1:1")]), Cancelled)).Status;
            }
            while (status == 550);
            status.Should().Be(250);
        }
    }

    [Fact]
    public async Task A_tor_that_its_operator_ends_and_starts_again_has_the_service_again_under_the_same_address()
    {
        await using OperatorTor tor = await OperatorTor.StartAsync(network, hasCookie: true, Cancelled);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using TestGateway gateway = await StartAsync(node, new TorOptions { Control = tor.Control });
        string onion = gateway.Onion("node");
        for (int i = 0; i < 2; i++)
        {
            Task<GatewayStatus> degraded = gateway.WaitForAsync(s => s.Services[0].State == ServiceState.Degraded && s.Transports[0].State == TransportState.Degraded, Cancelled);
            await tor.StopAsync();
            (await degraded).Transports[0].Detail.Should().Contain(tor.Control.ToString());
            await tor.StartAsync(Cancelled);
            await gateway.WaitForAsync(s => s.IsReady, Cancelled);
            gateway.Onion("node").Should().Be(onion);
            using HttpClient http = network.Client.CreateHttpClient();
            node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_gateway_that_comes_before_tor_waits_for_it()
    {
        await using OperatorTor tor = await OperatorTor.StartAsync(network, hasCookie: true, Cancelled);
        await tor.StopAsync();
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using TestGateway gateway = await StartAsync(node, new TorOptions { Control = tor.Control }, waitsUntilReady: false);
        await gateway.WaitForAsync(s => s.Transports[0].Detail?.Contains("Nothing listens at", StringComparison.Ordinal) == true, Cancelled);
        await tor.StartAsync(Cancelled);
        await gateway.WaitForAsync(s => s.IsReady, Cancelled);
    }

    [Fact]
    public async Task Two_gateways_on_one_tor_do_not_disturb_each_other()
    {
        await using OperatorTor tor = await OperatorTor.StartAsync(network, hasCookie: true, Cancelled);
        await using DemoNode node = await DemoNode.StartAsync("one", Cancelled);
        await using DemoNode otherNode = await DemoNode.StartAsync("other", Cancelled);
        await using TestGateway gateway = await StartAsync(node, new TorOptions { Control = tor.Control });
        await using (TestGateway other = await StartAsync(otherNode, new TorOptions { Control = tor.ControlSocket }, folder: Path.Combine(_folder, "other")))
        {
            other.Onion("node").Should().NotBe(gateway.Onion("node"));
            using HttpClient through = other.CreateHttpClient();
            node.IsMine(await through.GetStringAsync(new Uri($"http://{gateway.Onion("node")}/"), Cancelled)).Should().BeTrue();
            otherNode.IsMine(await through.GetStringAsync(new Uri($"http://{other.Onion("node")}/"), Cancelled)).Should().BeTrue();
        }

        using HttpClient http = network.Client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{gateway.Onion("node")}/"), Cancelled)).Should().BeTrue();
        gateway.Status.Current.IsReady.Should().BeTrue();
    }

    [Fact]
    public async Task A_wrong_password_and_a_missing_cookie_are_told_and_mended_while_the_gateway_runs()
    {
        await using OperatorTor tor = await OperatorTor.StartAsync(network, hasCookie: false, Cancelled);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        var options = new TorOptions { Control = tor.ControlSocket, PasswordFile = tor.WritePassword("wrong") };
        await using TestGateway gateway = await StartAsync(node, options, waitsUntilReady: false);
        (await gateway.WaitForAsync(s => s.Transports[0].Detail?.Contains("515", StringComparison.Ordinal) == true, Cancelled)).Transports[0].Detail.Should().Contain("password");
        tor.WritePassword(OperatorTor.Password);
        await gateway.WaitForAsync(s => s.IsReady, Cancelled);

        await using OperatorTor another = await OperatorTor.StartAsync(network, hasCookie: true, Cancelled);
        await using TestGateway cookieless = await StartAsync(node, new TorOptions { Control = another.Control, CookieFile = "/no/such/cookie" }, waitsUntilReady: false, folder: Path.Combine(_folder, "other"));
        await cookieless.WaitForAsync(s => s.Transports[0].Detail?.Contains("/no/such/cookie is missing", StringComparison.Ordinal) == true, Cancelled);
    }

    [Fact]
    public async Task Onion_grater_with_our_profile_lets_through_all_that_the_gateway_says_and_nothing_else_is_said()
    {
        await using OperatorTor tor = await OperatorTor.StartAsync(network, hasCookie: true, Cancelled);
        await using OnionGrater grater = new(tor, OnionGraterProfile.Write(IPAddress.Loopback, "/usr/bin/klyntar-overlay"));
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using (TestGateway gateway = await StartAsync(
            node,
            new TorOptions { Control = grater.EndPoint, TrustControl = true, Socks = tor.Socks },
            configure: o => o with
            {
                Services = new Dictionary<string, ServiceOptions>(o.Services)
                {
                    ["guarded"] = new ServiceOptions
                    {
                        On = ["tor"],
                        Ports = new Dictionary<int, EndPoint> { [80] = node.EndPoint, [8080] = node.EndPoint },
                        Options = new Dictionary<string, object> { ["tor"] = new TorServiceOptions { MaxStreams = 50, MaxStreamsCloseCircuit = true, ProofOfWork = true, ProofOfWorkQueueRate = 100 } },
                    },
                },
            }))
        {
            foreach (string service in (string[])["node", "guarded"])
            {
                using HttpClient http = gateway.CreateHttpClient();
                node.IsMine(await http.GetStringAsync(new Uri($"http://{gateway.Onion(service)}/"), Cancelled)).Should().BeTrue();
            }

            (await new GatewayClient(gateway.DataFolder).NewCircuitsAsync("tor", Cancelled)).Should().Equal(new NewCircuitsReport("tor", NewCircuitsOutcome.Done, null));
            grater.Commands.Should().BeSubsetOf(["PROTOCOLINFO", "AUTHENTICATE", "SETEVENTS", "GETINFO", "ADD_ONION", "DEL_ONION", "HSFETCH", "SIGNAL"]);
            grater.Commands.Should().Contain("ADD_ONION").And.Contain("GETINFO");
        }

        grater.Refused.Should().BeEmpty();
    }

    private async Task<string> ConfigurationAsync(OperatorTor tor, bool hasCookie)
    {
        await using TorObserver observer = hasCookie
            ? await tor.ObserveAsync(Cancelled)
            : await TorObserver.ConnectAsync(tor.ControlSocket, Cancelled, OperatorTor.Password);
        string? text = await observer.InfoAsync("config-text", Cancelled);
        text.Should().Contain("ControlPort");
        return text!;
    }

    private Task<TestGateway> StartAsync(DemoNode node, TorOptions options, bool waitsUntilReady = true, string? folder = null, Func<GatewayOptions, GatewayOptions>? configure = null) => TestGateway.StartAsync(
        [],
        network.Programs,
        new Dictionary<string, IReadOnlyDictionary<int, EndPoint>> { ["node"] = new Dictionary<int, EndPoint> { [80] = node.EndPoint } },
        folder ?? _folder,
        configure: o => (configure ?? (static x => x))(o with { Transports = new Dictionary<string, object?> { ["tor"] = options } }),
        waitsUntilReady: waitsUntilReady,
        cancellationToken: Cancelled);
}
