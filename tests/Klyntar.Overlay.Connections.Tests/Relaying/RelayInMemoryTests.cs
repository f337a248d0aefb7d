using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>The relay between connections that are no sockets, on virtual time.</summary>
public sealed class RelayInMemoryTests : IAsyncDisposable
{
    private readonly ObservedTime _time = new();
    private readonly RelayCounters _counters = new();
    private readonly MemoryConnection _first = new();
    private readonly MemoryConnection _second = new();

    [Fact]
    public async Task Bytes_and_FINs_pass_and_both_connections_are_disposed_once()
    {
        Task<RelayResult> relay = Start(Options());
        await WriteAsync(_first, "request");
        (await ReadAsync(_second, 7)).Should().Be("request");
        await _first.Far.Output.CompleteAsync();
        (await EndAsync(_second)).Should().BeNull();
        await WriteAsync(_second, "answer");
        await _second.Far.Output.CompleteAsync();
        (await ReadAsync(_first, 6)).Should().Be("answer");
        (await EndAsync(_first)).Should().BeNull();
        (await relay.Within()).Should().Be(new RelayResult(7, 6, RelaySide.First, RelayEndCause.Finished, null));
        (_first.Disposals, _second.Disposals).Should().Be((1, 1));
        _first.Aborts.Should().BeEmpty();
        _second.Aborts.Should().BeEmpty();
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task Where_both_sides_half_close_and_idling_is_allowed_there_is_no_timer()
    {
        Task<RelayResult> relay = Start(Options());
        await WriteAsync(_first, "x");
        (await ReadAsync(_second, 1)).Should().Be("x");
        await _first.Far.Output.CompleteAsync();
        (await EndAsync(_second)).Should().BeNull();
        _time.LiveTimers.Should().Be(0);
        await _second.Far.Output.CompleteAsync();
        await relay.Within();
    }

    [Fact]
    public async Task A_FIN_is_held_back_until_the_other_direction_has_ended()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false });
        await WriteAsync(_first, "request");
        await _first.Far.Output.CompleteAsync();
        (await ReadAsync(_second, 7)).Should().Be("request");
        await _time.TimerSetAsync();
        Task<Exception?> secondEnds = EndAsync(_second);
        for (int part = 1; part <= 5; part++)
        {
            _time.Advance(TimeSpan.FromSeconds(59));
            await WriteAsync(_second, "part");
            (await ReadAsync(_first, 4)).Should().Be("part");
            await Eventually.TrueAsync(() => _counters.BytesBack == 4 * part);
            secondEnds.IsCompleted.Should().BeFalse("the answer is still coming");
        }

        await _second.Far.Output.CompleteAsync();
        (await EndAsync(_first)).Should().BeNull();
        (await secondEnds.Within()).Should().BeNull();
        (await relay.Within()).Should().Be(new RelayResult(7, 20, RelaySide.First, RelayEndCause.Finished, null));
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task A_FIN_is_held_back_until_the_other_direction_was_silent_exactly_so_long_since_its_last_byte()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false });
        await _first.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        Task<Exception?> secondEnds = EndAsync(_second);
        _time.Advance(TimeSpan.FromSeconds(45));
        await WriteAsync(_second, "late");
        (await ReadAsync(_first, 4)).Should().Be("late");
        await Eventually.TrueAsync(() => _counters.BytesBack == 4);
        _time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        secondEnds.IsCompleted.Should().BeFalse();
        relay.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await secondEnds.Within()).Should().BeNull("a FIN is an end in good order");
        (await EndAsync(_first)).Should().BeNull();
        (await relay.Within()).Should().Be(new RelayResult(0, 4, RelaySide.First, RelayEndCause.HoldBackOver, null));
    }

    [Fact]
    public async Task Silence_before_the_FIN_does_not_count()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false });
        await WriteAsync(_first, "x");
        (await ReadAsync(_second, 1)).Should().Be("x");
        _time.Advance(TimeSpan.FromHours(1));
        await _first.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        _time.Advance(TimeSpan.FromSeconds(59));
        relay.IsCompleted.Should().BeFalse();
        await WriteAsync(_second, "answer");
        (await ReadAsync(_first, 6)).Should().Be("answer");
        await _second.Far.Output.CompleteAsync();
        (await relay.Within()).Cause.Should().Be(RelayEndCause.Finished);
    }

    [Fact]
    public async Task A_direction_whose_receiver_is_slow_is_not_silent()
    {
        MemoryConnection first = new(pauseAt: 100);
        Task<RelayResult> relay = Relay.RunAsync(first, _second, Options() with { SecondHalfCloses = false }, CancellationToken.None);
        await first.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        await WriteAsync(_second, new string('a', 1000));
        _ = await first.Far.Input.ReadAsync().Within();
        first.Far.Input.AdvanceTo(default);

        // The thousand bytes are in the relay's hand, since the receiver takes a hundred and stops.
        for (int i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            await _time.TimerSetAsync();
        }

        relay.IsCompleted.Should().BeFalse();
        (await ReadAsync(first, 1000)).Should().HaveLength(1000);
        await Eventually.TrueAsync(() => _counters.BytesBack == 1000);
        _time.Advance(TimeSpan.FromSeconds(60));
        (await relay.Within()).Should().Be(new RelayResult(0, 1000, RelaySide.First, RelayEndCause.HoldBackOver, null));
    }

    [Fact]
    public async Task A_FIN_towards_the_first_is_held_back_in_the_same_way()
    {
        Task<RelayResult> relay = Start(Options() with { FirstHalfCloses = false, FinHoldBack = TimeSpan.FromSeconds(5) });
        await _second.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        Task<Exception?> firstEnds = EndAsync(_first);
        _time.Advance(TimeSpan.FromSeconds(4));
        firstEnds.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await firstEnds.Within()).Should().BeNull();
        (await relay.Within()).Should().Be(new RelayResult(0, 0, RelaySide.Second, RelayEndCause.HoldBackOver, null));
    }

    [Fact]
    public async Task Two_sides_that_cannot_half_close_end_together()
    {
        Task<RelayResult> relay = Start(Options() with { FirstHalfCloses = false, SecondHalfCloses = false });
        await _second.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        await WriteAsync(_first, "bye");
        await _first.Far.Output.CompleteAsync();
        (await ReadAsync(_second, 3)).Should().Be("bye");
        (await EndAsync(_first)).Should().BeNull();
        (await EndAsync(_second)).Should().BeNull();
        (await relay.Within()).Should().Be(new RelayResult(3, 0, RelaySide.Second, RelayEndCause.Finished, null));
    }

    [Fact]
    public async Task No_hold_back_at_all_ends_both_at_the_FIN()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false, FinHoldBack = TimeSpan.Zero });
        await WriteAsync(_first, "x");
        await _first.Far.Output.CompleteAsync();
        (await ReadAsync(_second, 1)).Should().Be("x");
        (await EndAsync(_second)).Should().BeNull();
        (await relay.Within()).Cause.Should().Be(RelayEndCause.HoldBackOver);
    }

    [Fact]
    public async Task An_infinite_hold_back_waits_for_ever()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false, FinHoldBack = Timeout.InfiniteTimeSpan });
        await WriteAsync(_first, "x");
        await _first.Far.Output.CompleteAsync();
        (await ReadAsync(_second, 1)).Should().Be("x");
        _time.Advance(TimeSpan.FromDays(400));
        await WriteAsync(_second, "at last");
        (await ReadAsync(_first, 7)).Should().Be("at last");
        await _second.Far.Output.CompleteAsync();
        (await relay.Within()).Cause.Should().Be(RelayEndCause.Finished);
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task A_failure_while_a_FIN_is_held_back_is_the_cause()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false });
        await _first.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        await _second.Far.Output.CompleteAsync(new ConnectionResetException("gone"));
        (await EndAsync(_first)).Should().NotBeNull();
        RelayResult result = await relay.Within();
        (result.EndedBy, result.Cause).Should().Be((RelaySide.Second, RelayEndCause.Reset));
        result.Exception.Should().BeOfType<ConnectionResetException>();
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task The_idle_limit_goes_on_while_a_FIN_is_held_back()
    {
        Task<RelayResult> relay = Start(Options() with { SecondHalfCloses = false, FinHoldBack = TimeSpan.FromHours(1), IdleLimit = TimeSpan.FromMinutes(1) });
        await _time.TimerSetAsync();
        await _first.Far.Output.CompleteAsync();
        await _time.TimerSetAsync();
        _time.LiveTimers.Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await EndAsync(_first)).Should().NotBeNull();
        (await EndAsync(_second)).Should().NotBeNull();
        (await relay.Within()).Should().Be(new RelayResult(0, 0, RelaySide.Gateway, RelayEndCause.Idle, null));
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task An_idle_limit_beyond_what_a_timer_reaches_is_waited_out()
    {
        Task<RelayResult> relay = Start(Options() with { IdleLimit = TimeSpan.FromDays(100) });
        await _time.TimerSetAsync();
        for (int day = 0; day < 99; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            await _time.TimerSetAsync();
        }

        relay.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromDays(1));
        (await relay.Within()).Cause.Should().Be(RelayEndCause.Idle);
    }

    [Fact]
    public async Task A_failing_side_resets_the_other_and_is_named()
    {
        Task<RelayResult> relay = Start(Options());
        await WriteAsync(_second, "x");
        (await ReadAsync(_first, 1)).Should().Be("x");
        await Eventually.TrueAsync(() => _counters.BytesBack == 1);
        InvalidDataException fault = new("bad frame");
        await _second.Far.Output.CompleteAsync(fault);
        (await EndAsync(_first)).Should().NotBeNull();
        (await relay.Within()).Should().Be(new RelayResult(0, 1, RelaySide.Second, RelayEndCause.Failed, fault));
        _first.Aborts.Should().ContainSingle().Which.InnerException.Should().BeSameAs(fault);
        (_first.Disposals, _second.Disposals).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_side_that_takes_no_more_bytes_can_still_answer()
    {
        Task<RelayResult> relay = Start(Options());
        await _second.Far.Input.CompleteAsync();
        await WriteAsync(_first, "too much");
        await WriteAsync(_second, "413");
        (await ReadAsync(_first, 3)).Should().Be("413");
        await _second.Far.Output.CompleteAsync();
        (await EndAsync(_first)).Should().BeNull();
        RelayResult result = await relay.Within();
        (result.BytesBack, result.EndedBy, result.Cause).Should().Be((3, RelaySide.Second, RelayEndCause.Finished));
    }

    [Fact]
    public async Task A_fault_in_disposing_is_told_and_the_other_is_disposed_all_the_same()
    {
        InvalidOperationException fault = new("no");
        MemoryConnection first = new() { ThrowOnDispose = fault };
        Task<RelayResult> relay = Relay.RunAsync(first, _second, Options(), CancellationToken.None);
        await first.Far.Output.CompleteAsync();
        await _second.Far.Output.CompleteAsync();
        (await relay.Within()).Should().Be(new RelayResult(0, 0, RelaySide.First, RelayEndCause.Failed, fault));
        _second.Disposals.Should().Be(1);
    }

    [Fact]
    public async Task A_fault_in_aborting_does_not_hide_the_cause_nor_keep_anything_open()
    {
        MemoryConnection first = new() { OnAbort = () => throw new InvalidOperationException("no") };
        using CancellationTokenSource cancel = new();
        Task<RelayResult> relay = Relay.RunAsync(first, _second, Options(), cancel.Token);
        await WriteAsync(first, "x");
        (await ReadAsync(_second, 1)).Should().Be("x");
        await cancel.CancelAsync();
        (await relay.Within()).Cause.Should().Be(RelayEndCause.Stopped);
        (first.Disposals, _second.Disposals).Should().Be((1, 1));
    }

    [Fact]
    public async Task Both_sides_are_aborted_before_either_is_completed_though_the_copies_end_sooner()
    {
        // While the first is being aborted, both copies end. The second must not see a FIN in that moment.
        using ManualResetEventSlim go = new();
        MemoryConnection first = new() { OnAbort = () => go.Wait(TimeSpan.FromSeconds(30)) };
        using CancellationTokenSource cancel = new();
        Task<RelayResult> relay = Relay.RunAsync(first, _second, Options(), cancel.Token);
        await WriteAsync(first, "x");
        (await ReadAsync(_second, 1)).Should().Be("x");
        Task cancelling = Task.Run(cancel.Cancel);
        await Eventually.TrueAsync(() => first.Aborts.Count == 1);
        await first.Far.Output.CompleteAsync();
        await _second.Far.Output.CompleteAsync();
        Task<Exception?> secondEnds = EndAsync(_second);
        _ = await Task.WhenAny(secondEnds, Task.Delay(100));
        go.Set();
        (await secondEnds.Within()).Should().NotBeNull();
        await cancelling.Within();
        (await relay.Within()).Cause.Should().Be(RelayEndCause.Stopped);
    }

    [Fact]
    public async Task A_slow_receiver_stops_the_sender()
    {
        Task<RelayResult> relay = Start(Options());
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await _first.Far.Output.WriteAsync(new byte[10_000]);
            }

            await _first.Far.Output.CompleteAsync();
        });
        long stalledAt = await Stalled.ValueAsync(() => _counters.BytesForward + 1);
        stalledAt.Should().BeLessThan(300_000);
        writing.IsCompleted.Should().BeFalse();
        await ReadAsync(_second, 10_000_000);
        await writing.Within();
        await _second.Far.Output.CompleteAsync();
        (await relay.Within()).BytesForward.Should().Be(10_000_000);
    }

    [Fact]
    public void Durations_that_make_no_sense_are_refused()
    {
        Action hold = () => _ = new RelayOptions { FinHoldBack = TimeSpan.FromSeconds(-2) };
        Action idle = () => _ = new RelayOptions { IdleLimit = TimeSpan.MinValue };
        hold.Should().Throw<ArgumentOutOfRangeException>();
        idle.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static Task<FlushResult> WriteAsync(MemoryConnection to, string text) => to.Far.Output.WriteAsync(Encoding.ASCII.GetBytes(text)).Within();

    private static async Task<string> ReadAsync(MemoryConnection from, int length)
    {
        StringBuilder all = new();
        while (all.Length < length)
        {
            ReadResult read = await from.Far.Input.ReadAsync().Within();
            all.Append(Encoding.ASCII.GetString(read.Buffer.ToArray()));
            from.Far.Input.AdvanceTo(read.Buffer.End);
            (read.IsCompleted && all.Length < length).Should().BeFalse("{0} bytes should come, and only {1} did", length, all.Length);
        }

        return all.ToString();
    }

    /// <summary>Waits for the end of what comes to a far end: null for FIN, the exception for a reset.</summary>
    private static async Task<Exception?> EndAsync(MemoryConnection from)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await from.Far.Input.ReadAsync().Within();
                from.Far.Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
            return null;
        }
        catch (Exception e) when (e is not TimeoutException)
        {
            return e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private RelayOptions Options() => new() { Clock = _time, Counters = _counters };

    private Task<RelayResult> Start(RelayOptions options) => Relay.RunAsync(_first, _second, options, CancellationToken.None);
}
