using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Socks;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class SocksDoorTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Bytes_go_from_door_to_node_and_back_over_SOCKS5()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);

        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();
        await client.SendAsync("question");
        (await visitor.ReadTextAsync(8)).Should().Be("question");
        await visitor.SendAsync("answer");
        (await client.ReadTextAsync(6)).Should().Be("answer");
        client.Shutdown(SocketShutdown.Send);
        (await visitor.ReadToEndAsync()).Should().BeEmpty();
        await visitor.SendAsync("late");
        visitor.Shutdown(SocketShutdown.Send);
        Encoding.ASCII.GetString(await client.ReadToEndAsync()).Should().Be("late", "this overlay carries half-close");
    }

    [Fact]
    public async Task SOCKS4a_is_understood_on_the_same_port()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);

        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync([4, 1, 0, 80, 0, 0, 0, 1, 0, .. Encoding.ASCII.GetBytes(server.Address), 0]);

        (await client.ReadAsync(8))[1].Should().Be(0x5A);
        using Socket visitor = await _node.AcceptAsync();
        await visitor.SendAsync("hello");
        (await client.ReadTextAsync(5)).Should().Be("hello");
    }

    [Fact]
    public async Task HTTP_CONNECT_is_understood_on_the_same_port()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);

        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync($"CONNECT {server.Address}:80 HTTP/1.1\r\nHost: {server.Address}:80\r\n\r\n");

        const string Connected = "HTTP/1.1 200 Connection established\r\n\r\n";
        (await client.ReadTextAsync(Connected.Length)).Should().Be(Connected);
        using Socket visitor = await _node.AcceptAsync();
        await visitor.SendAsync("hello");
        (await client.ReadTextAsync(5)).Should().Be("hello");
    }

    [Fact]
    public async Task What_a_client_writes_behind_a_name_reaches_its_overlay_and_no_peer_of_that_name()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);
        string? said = null;
        gateway.Transport.OnQuery = (host, port, query) =>
        {
            said = query;
            return gateway.Transport.Inner.Parse(host, port);
        };

        using Socket client = await gateway.DialAsync($"{server.Address}?peers=192.0.2.1:80");
        using Socket visitor = await _node.AcceptAsync();
        said.Should().Be("peers=192.0.2.1:80");

        gateway.Transport.OnQuery = null;
        (await SocksReplyOfAsync(gateway.Host.SocksEndPoints[0], $"{server.Address}?peers=192.0.2.1:80"))
            .Should().Be(DialErrorKind.InvalidAddress.SocksReply(), "names on this overlay have no query");
    }

    public static TheoryData<DialErrorKind> Kinds => [.. Enum.GetValues<DialErrorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_failed_dial_is_answered_with_its_cause_in_each_protocol(DialErrorKind kind)
    {
        var overlay = new InMemoryOverlay { Faults = new InMemoryFaults { Refusal = kind } };
        SocksDoorOptions extended = TestGateway.AnyPort with { ExtendedErrors = true };
        await using TestGateway gateway = await TestGateway.StartAsync(
            new ScriptedTransport(overlay.CreateTransport()), new GatewayOptions { Socks = [TestGateway.AnyPort, extended] });
        string host = gateway.Transport.Identities!.Create().Address;

        (await SocksReplyOfAsync(gateway.Host.SocksEndPoints[0], host)).Should().Be(kind.SocksReply());
        (await SocksReplyOfAsync(gateway.Host.SocksEndPoints[1], host)).Should().Be(kind.ExtendedSocksReply());
        using Socket http = await gateway.ConnectAsync();
        await http.SendAsync($"CONNECT {host}:80 HTTP/1.1\r\n\r\n");
        Encoding.UTF8.GetString(await http.ReadToEndAsync()).Should().StartWith($"HTTP/1.1 {kind.HttpStatus()} ").And.Contain(kind.Sentence());
    }

    [Theory]
    [InlineData("example.com", DialErrorKind.NotAnOverlayName)]
    [InlineData("localhost", DialErrorKind.NotAllowed)]
    [InlineData("127.0.0.1", DialErrorKind.NotAllowed)]
    [InlineData("0x7f.1", DialErrorKind.NotAllowed)]
    [InlineData("not-an-address.mem", DialErrorKind.InvalidAddress)]
    public async Task What_no_overlay_claims_is_refused_and_never_dialled(string host, DialErrorKind expected)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), TestGateway.AnyPort with { ExtendedErrors = true });

        (await SocksReplyOfAsync(gateway.Socks, host)).Should().Be(expected.ExtendedSocksReply());
        gateway.Transport.Dialled.Should().BeEmpty();
    }

    [Fact]
    public async Task Addresses_in_binary_form_are_refused_as_well()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay());

        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("192.0.2.1") })
        {
            using Socket client = await gateway.ConnectAsync();
            await client.SendAsync(Socks5.Request(address, 80));
            (await client.ReadSocks5ReplyAsync()).Should().Be(DialErrorKind.NotAllowed.SocksReply());
        }
    }

    [Theory]
    [InlineData(0xF0)]
    [InlineData(0xF1)]
    public async Task Names_are_not_resolved(byte command)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay());
        using Socket client = await gateway.ConnectAsync();

        await client.SendAsync(command == 0xF0
            ? Socks5.Request(gateway.Transport.Identities!.Create().Address, 0, command)
            : [.. Socks5.Greeting, 5, command, 0, 1, 127, 0, 0, 1, 0, 0]);

        (await client.ReadSocks5ReplyAsync()).Should().Be(DialErrorKind.NotAllowed.SocksReply());
        gateway.Transport.Dialled.Should().BeEmpty();
    }

    [Fact]
    public async Task Credentials_of_any_value_decide_which_dials_may_share_a_circuit()
    {
        var overlay = new InMemoryOverlay { Faults = new InMemoryFaults { Refusal = DialErrorKind.NotFound } };
        using var folder = new TestFolder();
        var second = new SocksDoorOptions { Listen = new UnixDomainSocketEndPoint(folder.File("s")) };
        await using TestGateway gateway = await TestGateway.StartAsync(new ScriptedTransport(overlay.CreateTransport()), new GatewayOptions { Socks = [TestGateway.AnyPort, second] });
        string host = gateway.Transport.Identities!.Create().Address;

        IsolationKey none = await IsolationOfAsync(0, Socks5.Request(host, 80));
        IsolationKey alice = await IsolationOfAsync(0, Socks5.Request(host, 80, "alice", "1"));
        IsolationKey aliceAgain = await IsolationOfAsync(0, Socks5.Request(host, 81, "alice", "1"));
        IsolationKey alice2 = await IsolationOfAsync(0, Socks5.Request(host, 80, "alice", "2"));
        IsolationKey bob = await IsolationOfAsync(0, Socks5.Request(host, 80, "bob", "1"));
        IsolationKey aliceElsewhere = await IsolationOfAsync(1, Socks5.Request(host, 80, "alice", "1"));
        IsolationKey noneElsewhere = await IsolationOfAsync(1, Socks5.Request(host, 80));

        aliceAgain.Should().Be(alice);
        new[] { none, alice, alice2, bob, aliceElsewhere, noneElsewhere }.Should().OnlyHaveUniqueItems();

        async Task<IsolationKey> IsolationOfAsync(int door, byte[] request)
        {
            using Socket client = await TestSockets.ConnectAsync(gateway.Host.SocksEndPoints[door]);
            await client.SendAsync(request);
            await client.ReadToEndAsync();
            gateway.Transport.Dialled.TryDequeue(out DialRequest? dialled).Should().BeTrue();
            return dialled!.Isolation;
        }
    }

    [Fact]
    public async Task What_a_client_sends_before_the_reply_arrives_first_and_once()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);
        var go = new TaskCompletionSource();
        var dialling = new TaskCompletionSource();
        gateway.Transport.OnDial = async (request, token) =>
        {
            dialling.TrySetResult();
            await go.Task;
            gateway.Transport.OnDial = null;
            return await gateway.Transport.DialAsync(request, token);
        };
        byte[] early = new byte[100_000];
        Random.Shared.NextBytes(early);

        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync([.. Socks5.Request(server.Address, 80), .. early[..10]]);
        await dialling.Task.SoonAsync();
        Task rest = client.SendAsync(early[10..]);
        go.SetResult();
        using Socket visitor = await _node.AcceptAsync();

        (await visitor.ReadAsync(early.Length)).Should().Equal(early);
        await rest;
        (await client.ReadSocks5ReplyAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_request_that_ends_with_FIN_before_the_reply_still_gets_its_answer()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);

        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync([.. Socks5.Request(server.Address, 80), .. "question"u8]);
        client.Shutdown(SocketShutdown.Send);
        using Socket visitor = await _node.AcceptAsync();
        Encoding.ASCII.GetString(await visitor.ReadToEndAsync()).Should().Be("question");
        await visitor.SendAsync("answer");
        visitor.Shutdown(SocketShutdown.Send);

        (await client.ReadSocks5ReplyAsync()).Should().Be(0);
        Encoding.ASCII.GetString(await client.ReadToEndAsync()).Should().Be("answer");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dial_is_given_up_when_its_client_leaves(bool byReset)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay());
        var dialling = new TaskCompletionSource<CancellationToken>();
        var cancelled = new TaskCompletionSource();
        gateway.Transport.OnDial = async (_, token) =>
        {
            token.Register(cancelled.SetResult);
            dialling.SetResult(token);
            await cancelled.Task;
            return new DialError(DialErrorKind.Cancelled);
        };

        Socket client = await gateway.ConnectAsync();
        await client.SendAsync(Socks5.Request(gateway.Transport.Identities!.Create().Address, 80));
        (await dialling.Task.SoonAsync()).IsCancellationRequested.Should().BeFalse();
        client.LingerState = new LingerOption(byReset, 0);
        client.Dispose();

        await cancelled.Task.SoonAsync();
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Socks[0] is { Connections: 0, PendingDials: 0 });
    }

    [Fact]
    public async Task A_connection_made_for_a_client_that_has_left_is_dropped()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);
        gateway.Transport.OnDial = async (request, token) =>
        {
            // A transport that pays no heed to its token.
            var cancelled = new TaskCompletionSource();
            using CancellationTokenRegistration _ = token.Register(cancelled.SetResult);
            await cancelled.Task;
            gateway.Transport.OnDial = null;
            return await gateway.Transport.DialAsync(request, CancellationToken.None);
        };

        Socket client = await gateway.ConnectAsync();
        await client.SendAsync(Socks5.Request(server.Address, 80));
        await Patience.UntilAsync(() => !gateway.Transport.Dialled.IsEmpty);
        client.Dispose();

        using Socket visitor = await _node.AcceptAsync();
        (await visitor.ReadToEndAsync()).Should().BeEmpty();
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Socks[0].Connections == 0);
    }

    [Fact]
    public async Task A_transport_that_throws_fails_its_dial_and_nothing_else()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);
        gateway.Transport.OnDial = (_, _) => throw new InvalidOperationException("a plugin's bug");

        (await SocksReplyOfAsync(gateway.Socks, server.Address)).Should().Be(DialErrorKind.Internal.SocksReply());
        gateway.Log.Lines.Should().ContainSingle(l => l.Exception != null).Which.Exception!.Message.Should().Be("a plugin's bug");
        gateway.Transport.OnDial = null;
        using Socket client = await gateway.DialAsync(server.Address);
    }

    [Fact]
    public async Task A_normal_run_logs_neither_warnings_nor_addresses()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay);
        using (await gateway.DialAsync(server.Address))
        {
            using Socket visitor = await _node.AcceptAsync();
        }

        await SocksReplyOfAsync(gateway.Socks, gateway.Transport.Identities!.Create().Address);
        await gateway.Host.StopAsync();
        await server.Host.StopAsync();

        LogLine[] lines = [.. gateway.Log.Lines, .. server.Log.Lines];
        lines.Should().NotBeEmpty().And.OnlyContain(l => l.Level < Microsoft.Extensions.Logging.LogLevel.Warning);
        string label = server.Address.Split('.')[0];
        lines.Should().NotContain(l => l.ToString().Contains(label));
    }

    private static async Task<byte> SocksReplyOfAsync(EndPoint door, string host)
    {
        using Socket client = await TestSockets.ConnectAsync(door);
        await client.SendAsync(Socks5.Request(host, 80));
        byte reply = await client.ReadSocks5ReplyAsync();
        (await client.ReadToEndAsync()).Should().BeEmpty("the door ends after a refusal");
        return reply;
    }
}
