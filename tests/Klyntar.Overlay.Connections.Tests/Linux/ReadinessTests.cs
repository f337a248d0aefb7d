using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Waiting for edges while others signal, cancel and close: thousands of times, since a race shows in one of them.</summary>
public sealed class ReadinessTests
{
    private const int Rounds = 5_000;

    private readonly Readiness _readiness = new(Loop);

    private static EpollLoop Loop => LinuxEngine.LoopOrSkip();

    [Fact]
    public async Task An_edge_that_comes_while_nobody_waits_is_kept_for_the_next_wait_and_many_are_one()
    {
        await SignalAsync(_readiness);
        await SignalAsync(_readiness);
        EndsAtOnce(_readiness).Should().BeTrue();
        Task second = _readiness.WaitAsync(onLoop: false).AsTask();
        await Loop.DrainedAsync();
        second.IsCompleted.Should().BeFalse("the edge was used up");
        await SignalAsync(_readiness);
        await second.Within();
    }

    [Fact]
    public async Task A_waiter_resumes_where_it_was_promised_whatever_ends_the_wait()
    {
        foreach (bool onLoop in new[] { true, false })
        {
            foreach (Action<Readiness, CancellationTokenSource> end in new Action<Readiness, CancellationTokenSource>[]
            {
                (r, _) => Loop.Post(new Signaller(r)),
                (r, _) => r.Close(),
                (_, c) => c.Cancel(),
            })
            {
                await ThreadPoolHop.Instance;
                using CancellationTokenSource cancel = new();
                Readiness readiness = new(Loop);
                Task<bool> resumed = ResumesOnLoopAsync(readiness, onLoop, cancel.Token);
                end(readiness, cancel);
                (await resumed.Within()).Should().Be(onLoop);
            }
        }

        static async Task<bool> ResumesOnLoopAsync(Readiness readiness, bool onLoop, CancellationToken cancellationToken)
        {
            try
            {
                await readiness.WaitAsync(onLoop, cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                // Where this runs is the question.
            }

            return EpollLoop.IsCurrent;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_edge_is_lost_between_trying_and_waiting(bool onLoop)
    {
        const int Count = 20 * Rounds;
        Signaller signaller = new(_readiness);
        int produced = 0;
        Task consuming = ConsumeAsync();
        for (int i = 0; i < Count; i++)
        {
            Interlocked.Increment(ref produced);
            Loop.Post(signaller);
            if (i % 7 == 0)
            {
                await Task.Yield();
            }
        }

        await consuming.Within();

        async Task ConsumeAsync()
        {
            await ThreadPoolHop.Instance;
            while (Volatile.Read(ref produced) is int seen && seen < Count)
            {
                // What the kernel's EAGAIN is to a receiver: nothing new since it looked.
                while (Volatile.Read(ref produced) == seen)
                {
                    await _readiness.WaitAsync(onLoop);
                }
            }
        }
    }

    [Fact]
    public async Task A_cancellation_that_meets_an_edge_neither_loses_it_nor_hits_the_next_wait()
    {
        Signaller signaller = new(_readiness);
        for (int round = 0; round < Rounds; round++)
        {
            using CancellationTokenSource cancel = new();
            Task first = _readiness.WaitAsync(onLoop: false, cancel.Token).AsTask();
            Task cancelling = Task.Run(cancel.Cancel);
            Loop.Post(signaller);
            bool cancelled = await IsCancelledAsync(first);

            // The canceller may still be at it.
            Task second = _readiness.WaitAsync(onLoop: false).AsTask();
            await cancelling.Within();
            await Loop.DrainedAsync();
            if (cancelled)
            {
                await second.Within();
            }
            else
            {
                second.IsCompleted.Should().BeFalse("round {0}: there was one edge, and the first wait had it", round);
                await SignalAsync(_readiness);
                await second.Within();
            }
        }
    }

    [Fact]
    public async Task A_wait_that_closing_ends_fails_and_later_ones_leave_it_to_the_next_call()
    {
        Task waiting = _readiness.WaitAsync(onLoop: false).AsTask();
        _readiness.Close();
        (await waiting.Awaiting(w => w.Within()).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.OperationAborted);
        EndsAtOnce(_readiness).Should().BeTrue();
    }

    [Fact]
    public async Task A_late_cancellation_never_hits_the_next_wait()
    {
        for (int round = 0; round < Rounds; round++)
        {
            using CancellationTokenSource cancel = new();
            Task first = _readiness.WaitAsync(onLoop: round % 2 == 0, cancel.Token).AsTask();
            await SignalAsync(_readiness);
            Task cancelling = Task.Run(cancel.Cancel);
            await first.Within();
            using CancellationTokenSource other = new();
            Task second = _readiness.WaitAsync(onLoop: false, other.Token).AsTask();
            await cancelling.Within();
            await Loop.DrainedAsync();
            second.IsCompleted.Should().BeFalse("round {0}", round);
            await SignalAsync(_readiness);
            await second.Within();
        }
    }

    [Fact]
    public async Task However_closing_meets_waiting_cancelling_and_edges_every_wait_ends_once()
    {
        for (int round = 0; round < Rounds; round++)
        {
            Readiness readiness = new(Loop);
            using CancellationTokenSource cancel = new();
            Task closing = Task.CompletedTask;
            if (round % 3 == 0)
            {
                closing = Task.Run(readiness.Close);
            }

            Task waiting = readiness.WaitAsync(onLoop: round % 2 == 0, cancel.Token).AsTask();
            Task cancelling = Task.Run(cancel.Cancel);
            if (round % 5 == 0)
            {
                Loop.Post(new Signaller(readiness));
            }

            readiness.Close();
            try
            {
                _ = await IsCancelledAsync(waiting);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                // Closing was first.
            }

            await closing.Within();
            await cancelling.Within();
            EndsAtOnce(readiness).Should().BeTrue("round {0}: nobody waits for what is closed", round);
        }

        await Loop.DrainedAsync();
    }

    [Fact]
    public async Task Work_that_waits_runs_on_the_loop_exactly_once_for_each_wait()
    {
        for (int round = 0; round < Rounds; round++)
        {
            Readiness readiness = new(Loop);
            Counting work = new();
            readiness.TryWait(work).Should().BeTrue();
            Task closing = round % 2 == 0 ? Task.Run(readiness.Close) : Task.CompletedTask;
            Loop.Post(new Signaller(readiness));
            Loop.Post(new Signaller(readiness));
            await closing.Within();
            await Loop.DrainedAsync();
            (work.Runs, work.RunsElsewhere).Should().Be((1, 0), "round {0}", round);
            readiness.TryWait(work).Should().BeFalse("the second edge was kept, or it is closed");
        }
    }

    [Fact]
    public async Task Yielding_lets_others_run_first_and_an_edge_that_comes_meanwhile_is_kept()
    {
        List<int> order = [];
        Task yielding = await Loop.CallAsync(() =>
        {
            Loop.Post(new Work(() => order.Add(1)));
            return YieldAsync();
        }).Within();
        await yielding.Within();
        order.Should().Equal(1, 2);
        EndsAtOnce(_readiness).Should().BeTrue();

        async Task YieldAsync()
        {
            Task yielded = _readiness.YieldAsync().AsTask();
            _readiness.Signal();
            await yielded;
            order.Add(2);
        }
    }

    private static Task SignalAsync(Readiness readiness) => Loop.CallAsync(readiness.Signal).Within();

    private static bool EndsAtOnce(Readiness readiness) => readiness.WaitAsync(onLoop: false).AsTask().IsCompletedSuccessfully;

    private static async Task<bool> IsCancelledAsync(Task waiting)
    {
        try
        {
            await waiting.Within();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private sealed class Signaller(Readiness readiness) : ILoopWork
    {
        public void Run() => readiness.Signal();
    }

    private sealed class Work(Action action) : ILoopWork
    {
        public void Run() => action();
    }

    private sealed class Counting : ILoopWork
    {
        public int Runs { get; private set; }

        public int RunsElsewhere { get; private set; }

        public void Run()
        {
            Runs++;
            RunsElsewhere += EpollLoop.IsCurrent ? 0 : 1;
        }
    }
}
