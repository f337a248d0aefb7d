using System.Collections.Concurrent;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class SocksDoorLimitsTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentBag<Socket> _sockets = [];

    public void Dispose()
    {
        _node.Dispose();
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Five_thousand_stalled_handshakes_hurt_nobody_and_end_at_their_deadline()
    {
        const int Stalled = 5_000;
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay, clock: _clock);
        for (int i = 0; i < Stalled; i++)
        {
            Socket stalled = await ConnectAsync(gateway);
            if (i % 2 == 0)
            {
                await stalled.SendAsync([5]);
            }
        }

        long start = TimeProvider.System.GetTimestamp();
        using (Socket client = await gateway.DialAsync(server.Address))
        {
            using Socket visitor = await _node.AcceptAsync();
            await visitor.SendAsync("answer");
            (await client.ReadTextAsync(6)).Should().Be("answer");
        }

        TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(5));
        await Patience.UntilAsync(() => Door(gateway).Connections == Stalled);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Patience.UntilAsync(() => Door(gateway).Connections == 0);
    }

    [Fact]
    public async Task A_full_door_accepts_no_more_until_a_connection_ends()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay, Limited(new SocksLimits { Connections = 2 }), _clock);
        using Socket first = await gateway.DialAsync(server.Address);
        using Socket second = await gateway.DialAsync(server.Address);

        Socket third = await ConnectAsync(gateway);
        await third.SendAsync(Socks5.Request(server.Address, 80));
        Task<byte> reply = third.ReadSocks5ReplyAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        Socket fourth = await ConnectAsync(gateway);
        await Patience.UntilAsync(() => Door(gateway).Accepted == 3);
        Door(gateway).Connections.Should().Be(2);
        reply.IsCompleted.Should().BeFalse();

        first.LingerState = new LingerOption(true, 0);
        first.Dispose();
        (await reply).Should().Be(0);
        await Patience.UntilAsync(() => Door(gateway) is { Connections: 2, Accepted: 4 });
        fourth.Poll(0, SelectMode.SelectRead).Should().BeFalse("it waits at the door and is not turned away");
    }

    [Fact]
    public async Task At_a_full_door_the_oldest_stalled_handshake_makes_room()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay, Limited(new SocksLimits { Connections = 3 }), _clock);
        using Socket relayed = await gateway.DialAsync(server.Address);
        Socket oldest = await ConnectAsync(gateway);
        await Patience.UntilAsync(() => Door(gateway).Connections == 2);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Socket younger = await ConnectAsync(gateway);
        await Patience.UntilAsync(() => Door(gateway).Connections == 3);

        Task<Socket> dial = gateway.DialAsync(server.Address);
        await Patience.UntilAsync(() => AdvanceUntil(dial));
        (await dial).Dispose();

        (await oldest.ReadToEndAsync()).Should().BeEmpty();
        await younger.SendAsync(Socks5.Greeting);
        (await younger.ReadAsync(2)).Should().Equal([5, 0], "one was enough");

        bool AdvanceUntil(Task done)
        {
            // The door may not have begun to wait yet; never as far as a handshake's own deadline.
            if (!done.IsCompleted && _clock.GetUtcNow() - _clock.Start < TimeSpan.FromSeconds(2))
            {
                _clock.Advance(TimeSpan.FromMilliseconds(20));
            }

            return done.IsCompleted;
        }
    }

    [Fact]
    public async Task A_client_holds_no_more_connections_than_it_may()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), Limited(new SocksLimits { ConnectionsPerClient = 2 }));
        Socket first = await ConnectAsync(gateway);
        await ConnectAsync(gateway);
        await Patience.UntilAsync(() => Door(gateway).Connections == 2);

        await TestSockets.BeTurnedAwayAsync(gateway.Socks);

        first.Dispose();
        await Patience.UntilAsync(() => Door(gateway).Connections == 1);
        Socket fourth = await ConnectAsync(gateway);
        await fourth.SendAsync(Socks5.Greeting);
        (await fourth.ReadAsync(2)).Should().Equal(5, 0);
    }

    [Fact]
    public async Task Clients_of_this_machine_have_no_limit_of_their_own_unless_told()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay());
        for (int i = 0; i < SocksDoor.RemoteClientLimit + 1; i++)
        {
            await ConnectAsync(gateway);
        }

        await Patience.UntilAsync(() => Door(gateway).Connections == SocksDoor.RemoteClientLimit + 1);
    }

    [Fact]
    public async Task Dials_to_one_destination_wait_for_their_turn_and_others_do_not()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), Limited(new SocksLimits { PendingDialsPerDestination = 2 }));
        string crowded = gateway.Transport.Identities!.Create().Address;
        string quiet = gateway.Transport.Identities!.Create().Address;
        var answers = new ConcurrentQueue<TaskCompletionSource<DialResult>>();
        gateway.Transport.OnDial = (_, _) =>
        {
            var answer = new TaskCompletionSource<DialResult>();
            answers.Enqueue(answer);
            return new ValueTask<DialResult>(answer.Task);
        };

        Socket[] waiting = [await RequestAsync(gateway, crowded), await RequestAsync(gateway, crowded), await RequestAsync(gateway, crowded)];
        await Patience.UntilAsync(() => Door(gateway).PendingDials == 3);
        await Patience.UntilAsync(() => answers.Count == 2);
        Socket other = await RequestAsync(gateway, quiet);
        await Patience.UntilAsync(() => answers.Count == 3);
        gateway.Transport.Dialled.Select(d => ((OverlayEndPoint)d.EndPoint).Host).Should().Equal(crowded, crowded, quiet);

        answers.TryDequeue(out TaskCompletionSource<DialResult>? first);
        first!.SetResult(new DialError(DialErrorKind.NotFound));
        await Patience.UntilAsync(() => gateway.Transport.Dialled.Count == 4);
        ((OverlayEndPoint)gateway.Transport.Dialled.Last().EndPoint).Host.Should().Be(crowded, "its turn has come");

        foreach (TaskCompletionSource<DialResult> answer in answers)
        {
            answer.SetResult(new DialError(DialErrorKind.NotFound));
        }

        foreach (Socket socket in waiting.Append(other))
        {
            (await socket.ReadSocks5ReplyAsync()).Should().Be(DialErrorKind.NotFound.SocksReply());
        }
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_gives_up_its_turn()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), Limited(new SocksLimits { PendingDialsPerDestination = 1 }));
        string host = gateway.Transport.Identities!.Create().Address;
        var answer = new TaskCompletionSource<DialResult>();
        gateway.Transport.OnDial = (_, _) => new ValueTask<DialResult>(answer.Task);
        Socket first = await RequestAsync(gateway, host);
        await Patience.UntilAsync(() => gateway.Transport.Dialled.Count == 1);
        Socket second = await RequestAsync(gateway, host);
        await Patience.UntilAsync(() => Door(gateway).PendingDials == 2);

        second.Dispose();

        await Patience.UntilAsync(() => Door(gateway) is { PendingDials: 1, Connections: 1 });
        answer.SetResult(new DialError(DialErrorKind.Refused));
        (await first.ReadSocks5ReplyAsync()).Should().Be(DialErrorKind.Refused.SocksReply());
        gateway.Transport.Dialled.Should().ContainSingle();
    }

    [Fact]
    public async Task A_turn_that_does_not_come_in_time_is_told_as_too_many_dials()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(
            new InMemoryOverlay(), Limited(new SocksLimits { PendingDialsPerDestination = 1, DialTimeout = TimeSpan.FromSeconds(30) }), _clock);
        string host = gateway.Transport.Identities!.Create().Address;
        var answer = new TaskCompletionSource<DialResult>();
        gateway.Transport.OnDial = (_, _) => new ValueTask<DialResult>(answer.Task);
        await RequestAsync(gateway, host);
        await Patience.UntilAsync(() => gateway.Transport.Dialled.Count == 1);
        using Socket http = await gateway.ConnectAsync();
        await http.SendAsync($"CONNECT {host}:80 HTTP/1.1\r\n\r\n");
        await Patience.UntilAsync(() => Door(gateway).PendingDials == 2);

        Task<byte[]> told = http.ReadToEndAsync();
        await Patience.UntilAsync(() =>
        {
            // Its timer may not be set yet, so the clock is moved until it happens, and no farther.
            if (Door(gateway).PendingDials == 2)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }

            return Door(gateway).PendingDials < 2;
        });

        System.Text.Encoding.UTF8.GetString(await told).Should().Contain(DialErrorKind.TooManyDials.Sentence());
        answer.SetResult(new DialError(DialErrorKind.NotFound));
    }

    [Fact]
    public async Task The_whole_gateways_pending_dials_are_limited_too()
    {
        var transport = new ScriptedTransport(new InMemoryOverlay().CreateTransport());
        await using TestGateway gateway = await TestGateway.StartAsync(
            transport, new GatewayOptions { Socks = [TestGateway.AnyPort], Limits = new GatewayLimits { PendingDials = 1 } });
        var answer = new TaskCompletionSource<DialResult>();
        transport.OnDial = (_, _) => new ValueTask<DialResult>(answer.Task);
        Socket first = await RequestAsync(gateway, transport.Identities!.Create().Address);
        await Patience.UntilAsync(() => transport.Dialled.Count == 1);
        Socket second = await RequestAsync(gateway, transport.Identities.Create().Address);
        await Patience.UntilAsync(() => Door(gateway).PendingDials == 2);
        transport.Dialled.Should().ContainSingle();

        answer.SetResult(new DialError(DialErrorKind.NotFound));

        (await first.ReadSocks5ReplyAsync()).Should().Be(4);
        (await second.ReadSocks5ReplyAsync()).Should().Be(4);
        transport.Dialled.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_dials_deadline_is_the_doors_dial_timeout()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(
            new InMemoryOverlay { Faults = new InMemoryFaults { Refusal = DialErrorKind.NotFound } }, Limited(new SocksLimits { DialTimeout = TimeSpan.FromSeconds(7) }), _clock);

        Socket client = await RequestAsync(gateway, gateway.Transport.Identities!.Create().Address);
        await client.ReadSocks5ReplyAsync();

        gateway.Transport.Dialled.Should().ContainSingle().Which.Deadline.Remaining.Should().Be(TimeSpan.FromSeconds(7));
    }

    private static SocksDoorOptions Limited(SocksLimits limits) => TestGateway.AnyPort with { Limits = limits };

    private static SocksDoorReport Door(TestGateway gateway) => gateway.Host.Status.Current.Socks[0];

    private async Task<Socket> ConnectAsync(TestGateway gateway)
    {
        Socket socket = await gateway.ConnectAsync();
        _sockets.Add(socket);
        return socket;
    }

    private async Task<Socket> RequestAsync(TestGateway gateway, string host)
    {
        Socket socket = await ConnectAsync(gateway);
        await socket.SendAsync(Socks5.Request(host, 80));
        return socket;
    }
}
