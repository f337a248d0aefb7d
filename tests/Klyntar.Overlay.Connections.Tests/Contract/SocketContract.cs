using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What every engine's sockets do.</summary>
public abstract class SocketContract
{
    public static TheoryData<SocketKind> Kinds => new(SocketKind.Tcp, SocketKind.TcpV6, SocketKind.Unix);

    public static TheoryData<SocketKind> TcpAndUnix => new(SocketKind.Tcp, SocketKind.Unix);

    protected abstract SocketEngine Engine { get; }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Bytes_arrive_both_ways_and_a_FIN_ends_one_direction_only(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        byte[] request = Bytes.Random(100_000, 1);
        byte[] answer = Bytes.Random(200_000, 2);

        Task<byte[]> atAccepted = pair.Accepted.ReceiveAllAsync();
        await pair.Connected.SendAsync(request).Within();
        pair.Connected.ShutdownSend();
        (await atAccepted.Within()).Should().Equal(request);

        Task<byte[]> atConnected = pair.Connected.ReceiveAllAsync();
        await pair.Accepted.SendAsync(answer).Within();
        pair.Accepted.ShutdownSend();
        (await atConnected.Within()).Should().Equal(answer);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_kernel_counts_what_a_TCP_connection_has_carried_read_or_not(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        if (!OperatingSystem.IsLinux() || kind == SocketKind.Unix)
        {
            pair.Connected.Traffic.Should().BeNull();
            return;
        }

        SocketTraffic before = pair.Accepted.Traffic!.Value;
        await pair.Connected.SendAsync(Bytes.Random(5000));
        await pair.Accepted.WaitReadableAsync().Within();
        (await pair.Accepted.ReceiveExactlyAsync(3000).Within()).Should().HaveCount(3000);
        await pair.Accepted.SendAsync("abc"u8.ToArray());
        (await pair.Connected.ReceiveExactlyAsync(3).Within()).Should().HaveCount(3);
        (pair.Accepted.Traffic!.Value.Received - before.Received).Should().Be(5000);
        pair.Connected.Traffic!.Value.Received.Should().Be(3);
        pair.Connected.Traffic.Value.Sent.Should().BeInRange(5000, 5001, "some kernels count the handshake");
        pair.Accepted.Dispose();
        pair.Accepted.Traffic.Should().BeNull();
        pair.Connected.RemembersTraffic = true;
        SocketTraffic last = pair.Connected.Traffic.Value;
        pair.Connected.Dispose();
        pair.Connected.Dispose();
        pair.Connected.Traffic.Should().Be(last);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_a_connection_has_carried_is_remembered_when_it_is_aborted_too(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        pair.Connected.RemembersTraffic = true;
        await pair.Accepted.SendAsync("abc"u8.ToArray());
        (await pair.Connected.ReceiveExactlyAsync(3).Within()).Should().HaveCount(3);
        pair.Connected.Abort();
        (pair.Connected.Traffic?.Received).Should().Be(OperatingSystem.IsLinux() && kind != SocketKind.Unix ? 3 : null);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Acknowledging_at_once_changes_nothing_else_and_is_no_fault_on_a_socket_that_is_gone(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        pair.Accepted.AcknowledgeAtOnce();
        await pair.Connected.SendAsync("abc"u8.ToArray());
        (await pair.Accepted.ReceiveExactlyAsync(3).Within()).Should().Equal("abc"u8.ToArray());
        pair.Accepted.AcknowledgeAtOnce();
        pair.Accepted.Dispose();
        pair.Accepted.AcknowledgeAtOnce();
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Waiting_ends_when_bytes_are_there_and_takes_none(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        Task waiting = pair.Accepted.WaitReadableAsync().AsTask();
        waiting.IsCompleted.Should().BeFalse();
        await pair.Connected.SendAsync("abc"u8.ToArray());
        await waiting.Within();
        await pair.Accepted.WaitReadableAsync().Within();
        (await pair.Accepted.ReceiveExactlyAsync(3).Within()).Should().Equal("abc"u8.ToArray());
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Waiting_ends_when_the_other_side_ends(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        Task waiting = pair.Accepted.WaitReadableAsync().AsTask();
        pair.Connected.ShutdownSend();
        await waiting.Within();
        (await pair.Accepted.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        (await pair.Accepted.ReceiveAsync(new byte[1]).Within()).Should().Be(0, "an end stays an end");
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Bytes_and_a_FIN_that_came_together_are_both_received(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        await pair.Connected.SendAsync(Bytes.Random(5000));
        pair.Connected.ShutdownSend();
        await pair.Accepted.WaitReadableAsync().Within();
        (await pair.Accepted.ReceiveAllAsync().Within()).Should().Equal(Bytes.Random(5000));
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Disposing_still_delivers_what_was_sent(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        byte[] sent = Bytes.Random(50_000);
        await pair.Connected.SendAsync(sent);
        pair.Connected.Dispose();
        (await pair.Accepted.ReceiveAllAsync().Within()).Should().Equal(sent);
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Disposing_while_somebody_receives_is_an_orderly_end_for_the_other_side(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        Task<int> receiving = pair.Connected.ReceiveAsync(new byte[1]).AsTask();
        Task<int> other = pair.Accepted.ReceiveAsync(new byte[1]).AsTask();
        pair.Connected.Dispose();
        (await other.Within()).Should().Be(0);
        await Aborted(() => receiving);
    }

    [Theory]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.TcpV6)]
    public async Task Aborting_resets_the_other_side(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        Task<int> receiving = pair.Accepted.ReceiveAsync(new byte[1]).AsTask();
        pair.Connected.Abort();
        (await receiving.Within().Invoking(t => t).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
    }

    [Theory]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.TcpV6)]
    public async Task A_reset_wakes_a_waiting_socket(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        Task receiving = WaitAndReceiveAsync(pair.Accepted);
        pair.Connected.Abort();
        await receiving.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();

        static async Task WaitAndReceiveAsync(EngineSocket socket)
        {
            await socket.WaitReadableAsync();
            _ = await socket.ReceiveAsync(new byte[1]);
        }
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Aborting_or_disposing_ends_operations_under_way_and_later_ones(SocketKind kind)
    {
        foreach (Action<EngineSocket> close in new Action<EngineSocket>[] { s => s.Abort(), s => s.Dispose() })
        {
            using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
            Task<int> receiving = pair.Connected.ReceiveAsync(new byte[1]).AsTask();
            Task sending = SendForeverAsync(pair.Connected);
            close(pair.Connected);
            await Aborted(() => receiving);
            await Aborted(() => sending);
            await Aborted(() => pair.Connected.ReceiveAsync(new byte[1]).AsTask());
            await Aborted(() => pair.Connected.WaitReadableAsync().AsTask());
            await Aborted(() => pair.Connected.SendAsync(new byte[1]).AsTask());
            pair.Connected.ShutdownSend();
            pair.Connected.Abort();
            pair.Connected.Dispose();
            pair.Connected.LocalEndPoint.Should().BeNull();
        }

        static async Task SendForeverAsync(EngineSocket socket)
        {
            byte[] block = new byte[256 * 1024];
            while (true)
            {
                await socket.SendAsync(block);
            }
        }
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Closing_from_many_threads_at_once_is_safe(SocketKind kind)
    {
        for (int round = 0; round < 20; round++)
        {
            using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
            Task<int> receiving = pair.Connected.ReceiveAsync(new byte[1]).AsTask();
            Parallel.For(0, 8, i =>
            {
                switch (i % 4)
                {
                    case 0:
                        pair.Connected.Abort();
                        break;
                    case 1:
                        pair.Connected.Dispose();
                        break;
                    case 2:
                        pair.Connected.ShutdownSend();
                        break;
                    default:
                        pair.Connected.StopReceiving();
                        break;
                }
            });
            await receiving.Within().Invoking(t => t).Should().NotThrowAsync<ObjectDisposedException>();
        }
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Stopping_to_receive_wakes_the_receiver_with_an_end_and_sending_goes_on(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        Task waiting = pair.Connected.WaitReadableAsync().AsTask();
        pair.Connected.StopReceiving();
        await waiting.Within();
        (await pair.Connected.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        await pair.Connected.SendAsync("still"u8.ToArray()).Within();
        pair.Connected.ShutdownSend();
        (await pair.Accepted.ReceiveAllAsync().Within()).Should().Equal("still"u8.ToArray());
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task A_cancelled_receive_or_wait_loses_nothing(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        using CancellationTokenSource cancel = new();
        Task<int> receiving = pair.Accepted.ReceiveAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await receiving.Within().Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();

        using CancellationTokenSource again = new();
        Task waiting = pair.Accepted.WaitReadableAsync(again.Token).AsTask();
        await again.CancelAsync();
        await waiting.Within().Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();

        await pair.Connected.SendAsync("whole"u8.ToArray());
        (await pair.Accepted.ReceiveExactlyAsync(5).Within()).Should().Equal("whole"u8.ToArray());
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task A_receiver_that_does_not_receive_stops_the_sender(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        long accepted = 0;
        byte[] block = new byte[64 * 1024];
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 4096; i++)
            {
                await pair.Connected.SendAsync(block);
                Volatile.Write(ref accepted, accepted + block.Length);
            }
        });
        long sent = await Stalled.ValueAsync(() => Volatile.Read(ref accepted));
        sending.IsCompleted.Should().BeFalse();
        sent.Should().BeLessThan(64 * 1024 * 1024);
        byte[] buffer = new byte[256 * 1024];
        for (long got = 0; got < 4096L * block.Length;)
        {
            got += await pair.Accepted.ReceiveAsync(buffer).Within();
        }

        await sending.Within();
    }

    [Fact]
    public async Task A_Unix_socket_tells_who_is_on_the_other_side_and_TCP_does_not()
    {
        using SocketPair unix = await SocketPair.CreateAsync(Engine, SocketKind.Unix);
        uint me = EffectiveUser.Id;
        unix.Accepted.PeerUserId.Should().Be(me);
        unix.Connected.PeerUserId.Should().Be(me);
        using SocketPair tcp = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        tcp.Accepted.PeerUserId.Should().BeNull();
    }

    [Fact]
    public async Task Both_sides_know_both_addresses()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        pair.Accepted.RemoteEndPoint.Should().Be(pair.Connected.LocalEndPoint).And.NotBeNull();
        pair.Accepted.LocalEndPoint.Should().Be(pair.Connected.RemoteEndPoint).And.NotBeNull();
        pair.Accepted.Engine.Should().BeSameAs(Engine);
    }

    [Fact]
    public async Task The_address_to_connect_from_can_be_chosen()
    {
        await using EngineListener listener = Engine.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        IPAddress from = OperatingSystem.IsLinux() ? IPAddress.Parse("127.71.3.4") : IPAddress.Loopback;
        using EngineSocket connected = await Engine.ConnectAsync(listener.LocalEndPoint, new IPEndPoint(from, 0), default).Within();
        using EngineSocket? accepted = await listener.AcceptAsync().Within();
        ((IPEndPoint)accepted!.RemoteEndPoint!).Address.Should().Be(from);
    }

    [Theory, MemberData(nameof(TcpAndUnix))]
    public async Task Where_nobody_listens_connecting_is_refused(SocketKind kind)
    {
        EndPoint gone;
        await using (EngineListener listener = Engine.Listen(kind.Free(), new EngineListenOptions()))
        {
            gone = listener.LocalEndPoint;
        }

        SocketError error = (await Engine.Awaiting(e => e.ConnectAsync(gone, null, default).Within()).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode;
        error.Should().Be(kind == SocketKind.Unix ? SocketError.AddressNotAvailable : SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task A_cancelled_connect_throws_and_nothing_is_dialled()
    {
        await Engine.Awaiting(e => e.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 9), null, new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_name_is_never_resolved()
    {
        await Engine.Awaiting(e => e.ConnectAsync(new DnsEndPoint("localhost", 80), null, default).AsTask()).Should().ThrowAsync<ArgumentException>();
        Engine.Invoking(e => e.Listen(new DnsEndPoint("localhost", 0), new EngineListenOptions())).Should().Throw<ArgumentException>();
    }

    private static async Task Aborted(Func<Task> operation) =>
        (await operation.Invoking(o => o().Within()).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.OperationAborted);
}
