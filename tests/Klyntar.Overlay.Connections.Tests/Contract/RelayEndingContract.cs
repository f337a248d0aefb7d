using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>How a relay between an engine's sockets ends, on every path it may take.</summary>
public abstract class RelayEndingContract
{
    protected abstract SocketEngine Engine { get; }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task A_reset_of_the_client_resets_the_target(RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path);
        await rig.ExchangeAsync();
        rig.Client.Abort();
        await rig.Target.ShouldBeResetAsync();
        RelayResult result = await rig.Result.Within();
        result.Should().BeEquivalentTo(new { BytesForward = 4L, BytesBack = 4L, EndedBy = RelaySide.First, Cause = RelayEndCause.Reset });
        result.Exception.Should().NotBeNull();
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task A_reset_of_the_target_resets_the_client(RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path);
        await rig.ExchangeAsync();
        rig.Target.Abort();
        await rig.Client.ShouldBeResetAsync();
        RelayResult result = await rig.Result.Within();
        result.Should().BeEquivalentTo(new { BytesForward = 4L, BytesBack = 4L, EndedBy = RelaySide.Second, Cause = RelayEndCause.Reset });
        result.Exception.Should().NotBeNull();
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task What_came_before_a_reset_goes_on_before_it(RelayPath path)
    {
        // More than one receive takes, and all of it is there when the relay begins, with the reset behind it.
        byte[] sent = Bytes.Random(48 * 1024);
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, before: async (client, _) =>
        {
            await client.SendAsync(sent);
            client.Abort();
        });
        (await rig.Target.ReceiveExactlyAsync(sent.Length).Within()).Should().Equal(sent);
        await rig.Target.ShouldBeResetAsync();
        RelayResult result = await rig.Result.Within();
        result.Should().BeEquivalentTo(new { BytesForward = (long)sent.Length, BytesBack = 0L, EndedBy = RelaySide.First, Cause = RelayEndCause.Reset });
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
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

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
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

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task Cancellation_resets_both_sides_and_is_a_result(SocketKind kind, RelayPath path)
    {
        using CancellationTokenSource cancel = new();
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, cancellationToken: cancel.Token);
        await rig.ExchangeAsync();
        await cancel.CancelAsync();
        (await rig.Result.Within()).Should().Be(new RelayResult(4, 4, RelaySide.Gateway, RelayEndCause.Stopped, null));
        if (kind == SocketKind.Tcp)
        {
            await rig.Client.ShouldBeResetAsync();
            await rig.Target.ShouldBeResetAsync();
        }
        else
        {
            (await rig.Client.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
            (await rig.Target.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        }
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
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

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task A_token_cancelled_before_the_start_ends_the_relay_at_once(RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, cancellationToken: new CancellationToken(canceled: true));
        (await rig.Result.Within()).Cause.Should().Be(RelayEndCause.Stopped);
        await rig.Client.ShouldBeResetAsync();
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task The_idle_limit_resets_both_sides_when_nothing_has_moved(RelayPath path)
    {
        ObservedTime time = new();
        RelayCounters counters = new();
        RelayOptions options = new() { Clock = time, IdleLimit = TimeSpan.FromSeconds(30), Counters = counters };
        using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options);
        await time.TimerSetAsync();
        time.Advance(TimeSpan.FromSeconds(20));
        await rig.ExchangeAsync();
        await Eventually.TrueAsync(() => counters.BytesBack == 4);
        time.Advance(TimeSpan.FromSeconds(29));
        await rig.ExchangeAsync();
        await Eventually.TrueAsync(() => counters.BytesBack == 8);
        rig.Result.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(31));
        (await rig.Result.Within()).Should().Be(new RelayResult(8, 8, RelaySide.Gateway, RelayEndCause.Idle, null));
        await rig.Client.ShouldBeResetAsync();
        await rig.Target.ShouldBeResetAsync();
        time.LiveTimers.Should().Be(0);
    }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
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

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
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

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task Counters_are_live_and_count_every_relay(RelayPath path)
    {
        RelayCounters counters = new();
        RelayOptions options = new() { Counters = counters };
        using RelayRig one = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options);
        using RelayRig two = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options);
        await one.ExchangeAsync();
        await two.ExchangeAsync();
        await two.ExchangeAsync();
        await Eventually.TrueAsync(() => counters is { Open: 2, Total: 2, BytesForward: 12, BytesBack: 12 });
        one.Client.Dispose();
        one.Target.Dispose();
        await one.Result.Within();
        (counters.Open, counters.Total, counters.BytesForward, counters.BytesBack).Should().Be((1, 2, 12, 12));
        two.Client.Abort();
        await two.Result.Within();
        (counters.Open, counters.Total).Should().Be((0, 2));
    }
}
