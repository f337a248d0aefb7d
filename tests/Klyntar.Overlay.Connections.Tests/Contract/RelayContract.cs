using System.Net.Sockets;
using CsCheck;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What a relay between an engine's sockets does, on every path it may take.</summary>
public abstract class RelayContract
{
    private static readonly int[] Edges = [4095, 4096, 16383, 16384, 16385, 32768, 65535, 65536, 65537, 262144, 344064];

    public static TheoryData<SocketKind, RelayPath> KindsAndPaths
    {
        get
        {
            TheoryData<SocketKind, RelayPath> all = [];
            foreach (SocketKind kind in new[] { SocketKind.Tcp, SocketKind.Unix })
            {
                foreach (RelayPath path in Enum.GetValues<RelayPath>())
                {
                    all.Add(kind, path);
                }
            }

            return all;
        }
    }

    public static TheoryData<RelayPath> Paths => new(Enum.GetValues<RelayPath>());

    protected abstract SocketEngine Engine { get; }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task The_answer_of_64_MiB_arrives_whole_after_the_client_has_ended(SocketKind kind, RelayPath path)
    {
        const long Answer = 64 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        string requestSent = await rig.Client.SendHashedAsync(1000, 1).Within();
        (await rig.Target.ReceiveHashedAsync().Within()).Should().Be(requestSent);

        Task<string> received = rig.Client.ReceiveHashedAsync();
        string sent = await rig.Target.SendHashedAsync(Answer, 2).Within();
        (await received.Within()).Should().Be(sent);
        (await rig.Result.Within()).Should().Be(new RelayResult(1000, Answer, RelaySide.First, RelayEndCause.Finished, null));
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task An_upload_of_64_MiB_arrives_whole_after_the_target_has_ended(SocketKind kind, RelayPath path)
    {
        const long Upload = 64 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        string greetingSent = await rig.Target.SendHashedAsync(1000, 1).Within();
        (await rig.Client.ReceiveHashedAsync().Within()).Should().Be(greetingSent);

        Task<string> received = rig.Target.ReceiveHashedAsync();
        string sent = await rig.Client.SendHashedAsync(Upload, 2).Within();
        (await received.Within()).Should().Be(sent);
        (await rig.Result.Within()).Should().Be(new RelayResult(Upload, 1000, RelaySide.Second, RelayEndCause.Finished, null));
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task Both_directions_flow_at_once(SocketKind kind, RelayPath path)
    {
        const long Length = 16 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        Task<string> atTarget = rig.Target.ReceiveHashedAsync();
        Task<string> atClient = rig.Client.ReceiveHashedAsync();
        Task<string> fromTarget = rig.Target.SendHashedAsync(Length, 1);
        Task<string> fromClient = rig.Client.SendHashedAsync(Length, 2);
        (await atClient.Within()).Should().Be(await fromTarget.Within());
        (await atTarget.Within()).Should().Be(await fromClient.Within());
        (await rig.Result.Within()).Cause.Should().Be(RelayEndCause.Finished);
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task A_reset_of_the_client_resets_the_target(RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path);
        await ExchangeAsync(rig);
        rig.Client.Abort();
        await BeReset(rig.Target);
        RelayResult result = await rig.Result.Within();
        result.Should().BeEquivalentTo(new { BytesForward = 4L, BytesBack = 4L, EndedBy = RelaySide.First, Cause = RelayEndCause.Reset });
        result.Exception.Should().NotBeNull();
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task A_reset_of_the_target_resets_the_client(RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path);
        await ExchangeAsync(rig);
        rig.Target.Abort();
        await BeReset(rig.Client);
        RelayResult result = await rig.Result.Within();
        result.Should().BeEquivalentTo(new { BytesForward = 4L, BytesBack = 4L, EndedBy = RelaySide.Second, Cause = RelayEndCause.Reset });
        result.Exception.Should().NotBeNull();
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task A_reset_amid_traffic_both_ways_never_looks_like_a_good_end(RelayPath path)
    {
        // The kernel tells a reset once: to the sender or to the receiver, and then the other one sees an end.
        for (int round = 0; round < 40; round++)
        {
            using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path);
            Task up = SendForeverAsync(rig.Client);
            Task down = SendForeverAsync(rig.Target);
            await rig.Client.ReceiveExactlyAsync(200_000).Within();
            rig.Target.Abort();
            (await EndsByResetAsync(rig.Client).Within()).Should().BeTrue("round {0}", round);
            RelayResult result = await rig.Result.Within();
            (result.EndedBy, result.Cause).Should().Be((RelaySide.Second, RelayEndCause.Reset));
            await up.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
            await down.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
        }

        static async Task<bool> EndsByResetAsync(EngineSocket socket)
        {
            try
            {
                _ = await socket.ReceiveAllAsync();
                return socket.WasReset();
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode == SocketError.ConnectionReset;
            }
        }

        static async Task SendForeverAsync(EngineSocket socket)
        {
            await Task.Yield();
            byte[] block = new byte[65536];
            while (true)
            {
                await socket.SendAsync(block);
            }
        }
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task A_client_that_goes_away_while_the_answer_comes_ends_the_relay(SocketKind kind, RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        await rig.Client.SendAsync("go"u8.ToArray());
        await rig.Target.ReceiveExactlyAsync(2).Within();
        Task sending = Task.Run(async () =>
        {
            byte[] block = new byte[65536];
            while (true)
            {
                await rig.Target.SendAsync(block);
            }
        });
        await rig.Client.ReceiveExactlyAsync(100_000).Within();
        rig.Client.Dispose();
        await sending.Within().Invoking(t => t).Should().ThrowAsync<SocketException>("the target must learn that nobody takes its bytes");
        RelayResult result = await rig.Result.Within();
        result.EndedBy.Should().Be(RelaySide.First);
        result.Cause.Should().Be(RelayEndCause.Reset);
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task Bytes_and_FIN_that_were_queued_before_the_relay_began_arrive(SocketKind kind, RelayPath path)
    {
        for (int round = 0; round < 40; round++)
        {
            int length = 1 + (round * 3001);
            using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, before: async (client, target) =>
            {
                await client.SendAsync(Bytes.Random(length, 1));
                client.ShutdownSend();
                await target.SendAsync(Bytes.Random(length, 2));
                target.ShutdownSend();
            });
            Task<byte[]> atTarget = rig.Target.ReceiveAllAsync();
            (await rig.Client.ReceiveAllAsync().Within()).Should().Equal(Bytes.Random(length, 2));
            (await atTarget.Within()).Should().Equal(Bytes.Random(length, 1));
            RelayResult result = await rig.Result.Within();
            (result.BytesForward, result.BytesBack, result.Cause).Should().Be((length, length, RelayEndCause.Finished));
        }
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task Bytes_read_before_the_relay_come_first(SocketKind kind, RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, alreadyRead: 5, before: async (client, target) =>
        {
            await client.SendAsync("first second"u8.ToArray());
            await target.SendAsync("hello world"u8.ToArray());
        });
        (await rig.Target.ReceiveExactlyAsync(12).Within()).Should().Equal("first second"u8.ToArray());
        (await rig.Client.ReceiveExactlyAsync(11).Within()).Should().Equal("hello world"u8.ToArray());
        rig.Client.ShutdownSend();
        rig.Target.ShutdownSend();
        RelayResult result = await rig.Result.Within();
        (result.BytesForward, result.BytesBack).Should().Be((12, 11));
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task A_target_that_does_not_read_stops_the_client_and_nothing_is_lost(SocketKind kind, RelayPath path)
    {
        const long Length = 128 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        long accepted = 0;
        byte[] block = Bytes.Random(128 * 1024);
        Task sending = Task.Run(async () =>
        {
            for (long sent = 0; sent < Length; sent += block.Length)
            {
                await rig.Client.SendAsync(block);
                Volatile.Write(ref accepted, sent + block.Length);
            }

            rig.Client.ShutdownSend();
        });
        long stalledAt = await Stalled.ValueAsync(() => Volatile.Read(ref accepted));

        // The kernel's own buffers on four sockets, and one of the relay's.
        stalledAt.Should().BeLessThan(kind == SocketKind.Unix ? 2 << 20 : 48 << 20);
        byte[] buffer = new byte[block.Length];
        for (long got = 0; got < Length;)
        {
            int received = await rig.Target.ReceiveAsync(buffer).Within();
            received.Should().BePositive();
            buffer.AsSpan(0, received).SequenceEqual(Wrapped(block, got, received)).Should().BeTrue("byte {0} onwards", got);
            got += received;
        }

        await sending.Within();
        rig.Target.ShutdownSend();
        (await rig.Result.Within()).BytesForward.Should().Be(Length);
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task Cancellation_resets_both_sides_and_is_a_result(SocketKind kind, RelayPath path)
    {
        using CancellationTokenSource cancel = new();
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, cancellationToken: cancel.Token);
        await ExchangeAsync(rig);
        await cancel.CancelAsync();
        (await rig.Result.Within()).Should().Be(new RelayResult(4, 4, RelaySide.Gateway, RelayEndCause.Stopped, null));
        if (kind == SocketKind.Tcp)
        {
            await BeReset(rig.Client);
            await BeReset(rig.Target);
        }
        else
        {
            (await rig.Client.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
            (await rig.Target.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task Cancellation_ends_a_relay_that_waits_for_a_slow_reader(RelayPath path)
    {
        using CancellationTokenSource cancel = new();
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, cancellationToken: cancel.Token);
        long accepted = 0;
        Task sending = Task.Run(async () =>
        {
            byte[] block = new byte[65536];
            while (true)
            {
                await rig.Client.SendAsync(block);
                Volatile.Write(ref accepted, accepted + block.Length);
            }
        });
        _ = await Stalled.ValueAsync(() => Volatile.Read(ref accepted));
        await cancel.CancelAsync();
        (await rig.Result.Within()).Cause.Should().Be(RelayEndCause.Stopped);
        await sending.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task A_token_cancelled_before_the_start_ends_the_relay_at_once(RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, cancellationToken: new CancellationToken(canceled: true));
        (await rig.Result.Within()).Cause.Should().Be(RelayEndCause.Stopped);
        await BeReset(rig.Client);
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task The_idle_limit_resets_both_sides_when_nothing_has_moved(RelayPath path)
    {
        ObservedTime time = new();
        RelayCounters counters = new();
        RelayOptions options = new() { Clock = time, IdleLimit = TimeSpan.FromSeconds(30), Counters = counters };
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options);
        await time.TimerSetAsync();
        time.Advance(TimeSpan.FromSeconds(20));
        await ExchangeAsync(rig);
        await Eventually.TrueAsync(() => counters.BytesBack == 4);
        time.Advance(TimeSpan.FromSeconds(29));
        await ExchangeAsync(rig);
        await Eventually.TrueAsync(() => counters.BytesBack == 8);
        rig.Result.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(31));
        (await rig.Result.Within()).Should().Be(new RelayResult(8, 8, RelaySide.Gateway, RelayEndCause.Idle, null));
        await BeReset(rig.Client);
        await BeReset(rig.Target);
        time.LiveTimers.Should().Be(0);
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task A_FIN_towards_a_side_that_cannot_half_close_waits_for_the_answer(SocketKind kind, RelayPath path)
    {
        ObservedTime time = new();
        RelayCounters counters = new();
        RelayOptions options = new() { Clock = time, SecondHalfCloses = false, Counters = counters };
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, options);
        await rig.Client.SendAsync("request"u8.ToArray());
        rig.Client.ShutdownSend();
        await rig.Target.ReceiveExactlyAsync(7).Within();
        Task<int> targetSeesEnd = rig.Target.ReceiveAsync(new byte[1]).AsTask();
        await time.TimerSetAsync();

        time.Advance(TimeSpan.FromSeconds(59));
        await rig.Target.SendAsync("answer"u8.ToArray());
        (await rig.Client.ReceiveExactlyAsync(6).Within()).Should().Equal("answer"u8.ToArray());
        await Eventually.TrueAsync(() => counters.BytesBack == 6);
        time.Advance(TimeSpan.FromSeconds(59));
        targetSeesEnd.IsCompleted.Should().BeFalse("the answer may go on");
        rig.Result.IsCompleted.Should().BeFalse();

        rig.Target.ShutdownSend();
        (await rig.Client.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        (await targetSeesEnd.Within()).Should().Be(0);
        (await rig.Result.Within()).Should().Be(new RelayResult(7, 6, RelaySide.First, RelayEndCause.Finished, null));
        time.LiveTimers.Should().Be(0);
    }

    [Theory, MemberData(nameof(KindsAndPaths))]
    public async Task A_held_back_FIN_is_passed_on_after_silence_and_both_sides_end_in_order(SocketKind kind, RelayPath path)
    {
        ObservedTime time = new();
        RelayCounters counters = new();
        RelayOptions options = new() { Clock = time, FirstHalfCloses = false, FinHoldBack = TimeSpan.FromSeconds(10), Counters = counters };
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, options);
        rig.Target.ShutdownSend();
        await time.TimerSetAsync();
        await rig.Client.SendAsync("last words"u8.ToArray());
        (await rig.Target.ReceiveExactlyAsync(10).Within()).Should().Equal("last words"u8.ToArray());
        await Eventually.TrueAsync(() => counters.BytesForward == 10);
        time.Advance(TimeSpan.FromSeconds(10));
        (await rig.Client.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        (await rig.Target.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        (await rig.Result.Within()).Should().Be(new RelayResult(10, 0, RelaySide.Second, RelayEndCause.HoldBackOver, null));
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task Counters_are_live_and_count_every_relay(RelayPath path)
    {
        RelayCounters counters = new();
        RelayOptions options = new() { Counters = counters };
        using RelayRig one = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options);
        using RelayRig two = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options);
        await ExchangeAsync(one);
        await ExchangeAsync(two);
        await ExchangeAsync(two);
        await Eventually.TrueAsync(() => counters is { Open: 2, Total: 2, BytesForward: 12, BytesBack: 12 });
        one.Client.Dispose();
        one.Target.Dispose();
        await one.Result.Within();
        (counters.Open, counters.Total, counters.BytesForward, counters.BytesBack).Should().Be((1, 2, 12, 12));
        two.Client.Abort();
        await two.Result.Within();
        (counters.Open, counters.Total).Should().Be((0, 2));
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task Any_bytes_in_any_split_arrive_identically(RelayPath path)
    {
        // Sizes about the buffers' own: 16 K, 64 K and 256 K, exactly filled, one more, one less.
        Gen<int> size = Gen.Frequency(
            (4, Gen.Int[1, 3000]),
            (2, Gen.Int[0, 10].Select(i => Edges[i])),
            (1, Gen.Int[60_000, 200_000]));
        await Gen.Select(size.Array[0, 12], size.Array[0, 12], Gen.Bool).SampleAsync(
            async (forward, back, unix) =>
            {
                using RelayRig rig = await RelayRig.StartAsync(Engine, unix ? SocketKind.Unix : SocketKind.Tcp, path);
                Task<byte[]> atTarget = rig.Target.ReceiveAllAsync();
                Task<byte[]> atClient = rig.Client.ReceiveAllAsync();
                Task up = SendSplitAsync(rig.Client, forward, 1);
                Task down = SendSplitAsync(rig.Target, back, 2);
                await Task.WhenAll(up, down).Within();
                (await atTarget.Within()).AsSpan().SequenceEqual(Bytes.Random(forward.Sum(), 1)).Should().BeTrue();
                (await atClient.Within()).AsSpan().SequenceEqual(Bytes.Random(back.Sum(), 2)).Should().BeTrue();
                RelayResult result = await rig.Result.Within();
                (result.BytesForward, result.BytesBack, result.Cause).Should().Be((forward.Sum(), back.Sum(), RelayEndCause.Finished));
            },
            iter: 60,
            threads: 4);
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task Many_short_relays_at_once_neither_stall_nor_lose_a_byte(RelayPath path)
    {
        // A lost wake-up or a FIN taken for drained shows in one relay of thousands, and in repeats only.
        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (i, stop) =>
        {
            int length = (i % 5) switch { 0 => 16384, 1 => 65536, 2 => 1, 3 => 16384 * 3, _ => i * 37 };
            using RelayRig rig = await RelayRig.StartAsync(Engine, i % 2 == 0 ? SocketKind.Tcp : SocketKind.Unix, path, cancellationToken: stop);
            Task<byte[]> echo = EchoAsync(rig.Target);
            byte[] sent = Bytes.Random(length, i);
            Task sending = SendAllAsync(rig.Client, sent);
            byte[] back = await rig.Client.ReceiveAllAsync().Within();
            await sending.Within();
            await echo.Within();
            back.AsSpan().SequenceEqual(sent).Should().BeTrue("relay {0} of {1} bytes", i, length);
            (await rig.Result.Within()).Should().Be(new RelayResult(length, length, RelaySide.First, RelayEndCause.Finished, null));
        });

        static async Task SendAllAsync(EngineSocket socket, byte[] bytes)
        {
            await socket.SendAsync(bytes);
            socket.ShutdownSend();
        }

        static async Task<byte[]> EchoAsync(EngineSocket socket)
        {
            byte[] all = await socket.ReceiveAllAsync();
            await socket.SendAsync(all);
            socket.ShutdownSend();
            return all;
        }
    }

    private static async Task SendSplitAsync(EngineSocket socket, int[] sizes, int seed)
    {
        byte[] all = Bytes.Random(sizes.Sum(), seed);
        int at = 0;
        foreach (int size in sizes)
        {
            await socket.SendAsync(all.AsMemory(at, size));
            at += size;
            await Task.Yield();
        }

        socket.ShutdownSend();
    }

    private static byte[] Wrapped(byte[] block, long from, int length)
    {
        byte[] expected = new byte[length];
        for (int i = 0; i < length;)
        {
            int at = (int)((from + i) % block.Length);
            int part = Math.Min(block.Length - at, length - i);
            block.AsSpan(at, part).CopyTo(expected.AsSpan(i));
            i += part;
        }

        return expected;
    }

    private static async Task ExchangeAsync(RelayRig rig)
    {
        await rig.Client.SendAsync("ping"u8.ToArray());
        (await rig.Target.ReceiveExactlyAsync(4).Within()).Should().Equal("ping"u8.ToArray());
        await rig.Target.SendAsync("pong"u8.ToArray());
        (await rig.Client.ReceiveExactlyAsync(4).Within()).Should().Equal("pong"u8.ToArray());
    }

    private static async Task BeReset(EngineSocket socket) =>
        (await socket.Awaiting(s => s.ReceiveAsync(new byte[1]).Within()).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
}
