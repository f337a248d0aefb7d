using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Visitors whom tor tells apart by their circuits.</summary>
public sealed class VisitorTests(PrivateTor network) : IDisposable
{
    private const int Port = 7;

    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
    private readonly Target _target = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _target.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_greedy_visitor_loses_its_circuit_while_another_one_stays()
    {
        await using TestGateway server = await StartAsync(s => s with { PerVisitor = new VisitorLimits { Connections = 2, ExpelAfter = 2 } });
        string onion = server.Onion("node");
        using Line modest = await ConnectAsync(onion, "modest");
        using Line first = await ConnectAsync(onion, "greedy");
        using Line second = await ConnectAsync(onion, "greedy");
        await TurnedAwayAsync(onion);
        await first.EchoAsync(Cancelled);
        await TurnedAwayAsync(onion);
        (await first.EndsAsync(Cancelled)).Should().BeTrue();
        (await second.EndsAsync(Cancelled)).Should().BeTrue();
        await modest.EchoAsync(Cancelled);
        await server.WaitForAsync(s => s.Services[0] is { VisitorsTurnedAway: >= 2, VisitorsExpelled: 1, Visitors: 1 }, Cancelled);
        using Line again = await ConnectAsync(onion, "greedy");
        await again.EchoAsync(Cancelled);
    }

    [Fact]
    public async Task Streams_of_one_circuit_come_from_one_address_of_loopback_and_another_visitors_from_another()
    {
        await using TestGateway server = await StartAsync(s => s with { VisitorsAs = VisitorsAs.SourceAddress });
        string onion = server.Onion("node");
        using Line first = await ConnectAsync(onion, "one");
        using Line second = await ConnectAsync(onion, "one");
        using Line other = await ConnectAsync(onion, "other");
        foreach (Line line in (Line[])[first, second, other])
        {
            await line.EchoAsync(Cancelled);
            line.From.GetAddressBytes().Should().StartWith([127, 72]);
        }

        second.From.Should().Be(first.From);
        other.From.Should().NotBe(first.From);
        server.Status.Current.Services[0].Notes.Should().BeEmpty();
    }

    [Fact]
    public async Task The_address_is_kept_between_the_ways_of_publishing_and_when_tor_is_killed()
    {
        string onion;
        string services = Path.Combine(_folder, "tor", "services");
        await using (TestGateway plain = await StartAsync(s => s))
        {
            onion = plain.Onion("node");
            Directory.Exists(services).Should().BeFalse();
        }

        await using (TestGateway told = await StartAsync(s => s with { PerVisitor = new VisitorLimits() }))
        {
            told.Onion("node").Should().Be(onion);
            Directory.GetDirectories(services).Should().ContainSingle();
            using (Line line = await ConnectAsync(onion, "a"))
            {
                await line.EchoAsync(Cancelled);
            }

            OtherProcess.Kill(await TorObserver.ProcessIdAsync(told.TransportFolder, Cancelled));
            await told.WaitForAsync(s => !s.IsReady, Cancelled);
            await told.WaitForAsync(s => s.IsReady, Cancelled);
            using Line after = await ConnectAsync(onion, "b");
            await after.EchoAsync(Cancelled);
        }

        Directory.Exists(services).Should().BeFalse("no key is left where none is needed");
        await using TestGateway again = await StartAsync(s => s);
        again.Onion("node").Should().Be(onion);
        using Line last = await ConnectAsync(onion, "c");
        await last.EchoAsync(Cancelled);
    }

    [Fact]
    public async Task Clients_limits_and_proof_of_work_hold_there_too_and_the_operators_own_service_stays()
    {
        string own = Path.Combine(_folder, "own");
        string data = Path.Combine(_folder, "client");
        string alice = AuthorizedGateways.MakeKey(data, "alice").PublicPart;
        var options = new TorServiceOptions
        {
            MaxStreams = 5,
            ProofOfWork = true,
            IntroductionRate = 50,
            Clients = new Dictionary<string, string> { ["alice"] = alice },
        };
        await using TestGateway server = await StartAsync(
            s => s with { PerVisitor = new VisitorLimits(), Options = new Dictionary<string, object> { ["tor"] = options } },
            [$"HiddenServiceDir {own}", $"HiddenServicePort {Port} {_target.EndPoint}"]);
        string onion = server.Onion("node");
        string owns = (await File.ReadAllTextAsync(Path.Combine(own, "hostname"), Cancelled)).Trim();
        using (Line line = await ConnectAsync(owns, "own"))
        {
            await line.EchoAsync(Cancelled);
        }

        await using TorObserver observer = await TorObserver.ConnectAsync(server.TransportFolder, Cancelled);
        string[] set = [.. KeyValueReply.TryParse(await observer.Control.ExecuteAsync(ControlCommand.GetConf("HiddenServiceOptions"), Cancelled))!.Pairs.Select(p => $"{p.Key} {p.Value}")];
        set.Should().Contain(
        [
            $"HiddenServiceDir {own}", "HiddenServiceExportCircuitID haproxy", "HiddenServiceMaxStreams 5", "HiddenServicePoWDefensesEnabled 1",
            "HiddenServiceEnableIntroDoSDefense 1", "HiddenServiceEnableIntroDoSRatePerSec 50",
        ]);
        (Socket? stranger, byte reply) = await network.Client.TryDialAsync(onion, Port, "stranger", Cancelled);
        stranger.Should().BeNull();
        reply.Should().NotBe(0);
        await using TestGateway client = await TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            folder: data,
            configure: o => o with { Transports = new Dictionary<string, object?> { ["tor"] = new TorOptions { Torrc = network.Torrc, ClientAuth = new Dictionary<string, string> { [onion] = "alice" } } } },
            cancellationToken: Cancelled);
        using Socket socket = await client.DialAsync(onion, Port, null, Cancelled);
        using var admitted = new Line(socket, await _target.AcceptAsync(Cancelled));
        await admitted.EchoAsync(Cancelled);
    }

    private Task<TestGateway> StartAsync(Func<ServiceOptions, ServiceOptions> change, IReadOnlyList<string>? torrc = null) => TestGateway.StartAsync(
        [.. network.Torrc, .. torrc ?? []],
        network.Programs,
        new Dictionary<string, IReadOnlyDictionary<int, EndPoint>> { ["node"] = new Dictionary<int, EndPoint> { [Port] = _target.EndPoint } },
        _folder,
        configure: o => o with { Services = o.Services.ToDictionary(s => s.Key, s => change(s.Value)) },
        cancellationToken: Cancelled);

    private async Task<Line> ConnectAsync(string onion, string visitor)
    {
        while (true)
        {
            (Socket? socket, byte reply) = await network.Client.TryDialAsync(onion, Port, visitor, Cancelled);
            if (socket is not null)
            {
                return new Line(socket, await _target.AcceptAsync(Cancelled));
            }

            // Where the observer may ask a directory that has not got the descriptor yet, or one from before.
            reply.Should().BeOneOf(1, 4, 5, 6);
        }
    }

    private async Task TurnedAwayAsync(string onion)
    {
        (Socket? socket, _) = await network.Client.TryDialAsync(onion, Port, "greedy", Cancelled);
        using (socket)
        {
            (socket is null || await Line.EndsAsync(socket, Cancelled)).Should().BeTrue();
        }
    }

    private sealed class Line(Socket dialled, Socket accepted) : IDisposable
    {
        /// <summary>Where the target sees it come from.</summary>
        public IPAddress From => ((IPEndPoint)accepted.RemoteEndPoint!).Address;

        public async Task EchoAsync(CancellationToken cancellationToken)
        {
            await dialled.SendAllAsync("hello"u8.ToArray(), cancellationToken);
            (await accepted.ReceiveExactlyAsync(5, cancellationToken)).Should().Equal("hello"u8.ToArray());
            await accepted.SendAllAsync("world"u8.ToArray(), cancellationToken);
            (await dialled.ReceiveExactlyAsync(5, cancellationToken)).Should().Equal("world"u8.ToArray());
        }

        public Task<bool> EndsAsync(CancellationToken cancellationToken) => EndsAsync(dialled, cancellationToken);

        public static async Task<bool> EndsAsync(Socket socket, CancellationToken cancellationToken)
        {
            try
            {
                return await socket.ReceiveAsync(new byte[1], cancellationToken) == 0;
            }
            catch (SocketException)
            {
                return true;
            }
        }

        public void Dispose()
        {
            dialled.Dispose();
            accepted.Dispose();
        }
    }
}
