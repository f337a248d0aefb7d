using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class GatewayClientTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();
    private readonly GatewayClient _client;

    public GatewayClientTests() => _client = new GatewayClient(_folder.Path);

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_status_tells_doors_transports_and_services()
    {
        await using TestGateway gateway = await TestGateway.PublishAsync(_overlay, _node.EndPoint, o => o with { Socks = [TestGateway.AnyPort] }, folder: _folder);

        GatewayStatus status = await _client.GetStatusAsync().SoonAsync();

        status.Should().BeEquivalentTo(gateway.Host.Status.Current);
        status.ProcessId.Should().Be(Environment.ProcessId);
        status.Version.Should().MatchRegex(@"^\d+\.\d+\.\d+");
        status.DataFolder.Should().Be(_folder.Path);
        status.Socks.Should().ContainSingle().Which.Listen.Should().Be(gateway.Socks.ToString());
        TransportReport transport = status.Transports.Should().ContainSingle().Subject;
        transport.State.Should().Be(TransportState.Ready);
        transport.Capabilities.Should().Be(_overlay.Options.Capabilities);
        ServiceReport service = status.Services.Should().ContainSingle().Subject;
        service.Should().BeEquivalentTo(new { Name = "node", Overlay = "memory", State = ServiceState.Published });
        service.Ports.Should().Equal(new ServicePortReport(gateway.Address, 80, _node.EndPoint.ToString()!));
    }

    [Fact]
    public void The_status_as_JSON_is_for_scripts()
    {
        var status = new GatewayStatus
        {
            Version = "1.2.3",
            ProcessId = 7,
            StartedAt = DateTimeOffset.UnixEpoch,
            DataFolder = "/d",
            Engine = "portable",
            Transports = [new TransportReport { Name = "tor", State = TransportState.Starting, Progress = 0.5, Detail = "loading", Notes = ["has a client key for 1 service"], Capabilities = new TransportCapabilities() }],
        };

        JsonSerializer.Serialize(status, GatewayJson.Default.GatewayStatus).Should().Be(
            """{"version":"1.2.3","processId":7,"startedAt":"1970-01-01T00:00:00+00:00","dataFolder":"/d","engine":"portable","socks":[],"transports":[{"name":"tor","state":"starting","progress":0.5,"detail":"loading","notes":["has a client key for 1 service"],"capabilities":{"halfClose":false,"reset":false,"isolation":false,"sharedAddress":false,"visitorIdentity":false,"dialAs":false,"publish":false,"unconfirmedDials":false,"unboundedBuffers":false}}],"services":[],"peers":[]}""");
        JsonSerializer.Serialize(status, GatewayJson.Indented.GatewayStatus).Should().Contain("\n");
    }

    [Fact]
    public async Task A_watch_shows_each_change_and_ends_with_the_gateway()
    {
        _overlay.Faults = new InMemoryFaults { StalledPublish = true };
        TestGateway gateway = await TestGateway.StartAsync(new ScriptedTransport(_overlay.CreateTransport()), new GatewayOptions
        {
            Socks = [],
            Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint }, On = ["memory"] } },
        }, folder: _folder);

        var states = new List<ServiceState>();
        Task stopping = Task.CompletedTask;
        await foreach (GatewayStatus status in _client.WatchStatusAsync().WithCancellation(new CancellationTokenSource(Patience.Limit).Token))
        {
            states.Add(status.Services[0].State);
            if (status.Services[0] is { State: ServiceState.Publishing, Ports.Length: 1 })
            {
                _overlay.Faults = InMemoryFaults.None;
            }

            if (status.Services[0].State == ServiceState.Published)
            {
                stopping = gateway.DisposeAsync().AsTask();
            }
        }

        await stopping.SoonAsync();
        states.First().Should().Be(ServiceState.Publishing);
        states.Should().Contain(ServiceState.Published);
    }

    [Fact]
    public async Task Where_no_gateway_runs_a_sentence_says_so()
    {
        var client = new GatewayClient(_folder.File("none"));
        string expected = $"No gateway runs on the data folder {_folder.File("none")}. Start one with 'klyntar-overlay up', or name its folder with --data-folder.";

        Func<Task> status = () => client.GetStatusAsync();
        Func<Task> watch = async () => await client.WatchStatusAsync().GetAsyncEnumerator().MoveNextAsync();
        Func<Task> dial = async () => await client.DialAsync("x.mem", 80);

        (await status.Should().ThrowAsync<OverlayException>()).WithMessage(expected);
        (await watch.Should().ThrowAsync<OverlayException>()).WithMessage(expected);
        (await dial.Should().ThrowAsync<OverlayException>()).WithMessage(expected);
    }

    [Fact]
    public async Task A_socket_that_a_killed_gateway_left_is_no_gateway_and_no_obstacle()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Under another name at first, since .NET removes a bound socket's file when it is closed.
            left.Bind(new UnixDomainSocketEndPoint(_folder.File("s")));
            left.Listen();
            File.Move(_folder.File("s"), _folder.File("gateway.sock"));
        }

        Func<Task> status = () => _client.GetStatusAsync();
        (await status.Should().ThrowAsync<OverlayException>()).WithMessage("No gateway runs *");

        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        (await _client.GetStatusAsync().SoonAsync()).ProcessId.Should().Be(Environment.ProcessId);
    }

    [Fact]
    public async Task What_answers_something_else_is_told_apart()
    {
        using var stranger = new TestNode(new UnixDomainSocketEndPoint(_folder.File("gateway.sock")));
        Task answering = AnswerAsync();

        Func<Task> status = () => _client.GetStatusAsync();

        (await status.Should().ThrowAsync<OverlayException>()).WithMessage("*does not answer as it should*");
        await answering;

        async Task AnswerAsync()
        {
            using Socket socket = await stranger.AcceptAsync();
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            await socket.ReadToEndAsync();
        }
    }

    [Fact]
    public async Task The_sockets_are_the_operators_alone()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);

        foreach (string socket in new[] { "gateway.sock", "dial.sock" })
        {
            File.GetUnixFileMode(_folder.File(socket)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.GetUnixFileMode(_folder.Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("POST /status HTTP/1.1", "HTTP/1.1 405 ")]
    [InlineData("GET /other HTTP/1.1", "HTTP/1.1 404 ")]
    [InlineData("GET /new-circuits HTTP/1.1", "HTTP/1.1 405 ")]
    [InlineData("GET /client-checks HTTP/1.1", "HTTP/1.1 405 ")]
    [InlineData("POST /client-checks HTTP/1.1", "HTTP/1.1 400 ")]
    [InlineData("POST /client-checks?seconds=0 HTTP/1.1", "HTTP/1.1 400 ")]
    [InlineData("POST /client-checks?seconds=601 HTTP/1.1", "HTTP/1.1 400 ")]
    [InlineData("POST /new-circuits?on=other HTTP/1.1", "HTTP/1.1 404 ")]
    [InlineData("nonsense", "HTTP/1.1 400 ")]
    public async Task Other_requests_are_refused(string line, string expected)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        using Socket socket = await TestSockets.ConnectAsync(new UnixDomainSocketEndPoint(_folder.File("gateway.sock")));

        await socket.SendAsync($"{line}\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        Encoding.ASCII.GetString(await socket.ReadToEndAsync()).Should().StartWith(expected);
    }

    [Fact]
    public async Task A_dial_goes_through_the_running_gateway()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);

        DialResult dial = await _client.DialAsync(server.Address, 80).SoonAsync();

        await using ConnectionContext connection = dial.Connection!;
        using Socket visitor = await _node.AcceptAsync();
        await connection.Transport.Output.WriteAsync("hello"u8.ToArray());
        (await visitor.ReadTextAsync(5)).Should().Be("hello");
        await connection.Transport.Output.CompleteAsync();
        (await visitor.ReadToEndAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_name_says_to_its_overlay_reaches_that_and_what_is_wrong_with_it_comes_back_in_words()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        string query = $"peers={new string('x', WrittenName.MostQuery - 6)}";
        string? said = null;
        gateway.Transport.OnQuery = (host, port, query) =>
        {
            said = query;
            return gateway.Transport.Inner.Parse(host, port);
        };
        await using (ConnectionContext connection = (await _client.DialAsync($"memory://{server.Address}/?{query}", 80).SoonAsync()).Connection!)
        {
            said.Should().Be(query);
            (await _node.AcceptAsync()).Dispose();
        }

        gateway.Transport.OnQuery = null;
        (await _client.DialAsync($"{server.Address}?{query}", 80).SoonAsync()).Error!.Detail.Should().Contain("have no query");
        (await _client.DialAsync($"other://{server.Address}", 80).SoonAsync()).Error!.Detail.Should().Contain("is one on memory");
        (await _client.DialAsync($"{server.Address}?{query}x", 80).SoonAsync()).Error!.Detail.Should().Contain("longer than");
        (await _client.DialAsync($"{server.Address}:80?{query}", 80).SoonAsync()).Error!.Kind.Should().Be(DialErrorKind.InvalidAddress);
    }

    public static TheoryData<DialErrorKind> Kinds => [.. Enum.GetValues<DialErrorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_dial_that_fails_tells_its_exact_cause(DialErrorKind kind)
    {
        _overlay.Faults = new InMemoryFaults { Refusal = kind };
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);

        DialResult dial = await _client.DialAsync(gateway.Transport.Identities!.Create().Address, 80).SoonAsync();

        dial.Error!.Kind.Should().Be(kind);
    }

    [Fact]
    public async Task A_dial_to_what_is_no_name_fails_without_a_gateway_being_asked()
    {
        DialResult dial = await _client.DialAsync("a b", 80);

        dial.Error!.Kind.Should().Be(DialErrorKind.InvalidAddress);
    }

    [Fact]
    public async Task A_dial_that_is_abandoned_is_given_up_in_the_gateway_too()
    {
        _overlay.Faults = new InMemoryFaults { NeverAnswers = true };
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        var cancelled = new TaskCompletionSource();
        gateway.Transport.OnDial = async (_, token) =>
        {
            using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            await cancelled.Task;
            return new DialError(DialErrorKind.Cancelled);
        };
        using var patience = new CancellationTokenSource();

        Task<DialResult> dial = _client.DialAsync(gateway.Transport.Identities!.Create().Address, 80, patience.Token).AsTask();
        await Patience.UntilAsync(() => !gateway.Transport.Dialled.IsEmpty);
        await patience.CancelAsync();

        (await dial.SoonAsync()).Error!.Kind.Should().Be(DialErrorKind.Cancelled);
        await cancelled.Task.SoonAsync();
    }
}
