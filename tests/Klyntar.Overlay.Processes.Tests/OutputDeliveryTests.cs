using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class OutputDeliveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_full_queue_holds_the_writer_up_and_then_leaves_lines_out()
    {
        Stuck stuck = new();
        OutputDelivery delivery = new(stuck.Listen, _clock);
        await delivery.WriteAsync("first");
        await stuck.Entered.WaitAsync(Patience);
        for (int i = 0; i < OutputDelivery.Capacity; i++)
        {
            await delivery.WriteAsync($"{i}");
        }

        Task held = delivery.WriteAsync("lost 1").AsTask();
        held.IsCompleted.Should().BeFalse();
        _clock.Advance(OutputDelivery.Patience);
        await held.WaitAsync(Patience);

        // The listener still hangs: no line waits any more.
        await delivery.WriteAsync("lost 2").AsTask().WaitAsync(TimeSpan.Zero);

        stuck.Release();
        await stuck.TookAsync(OutputDelivery.Capacity + 1).WaitAsync(Patience);
        await delivery.WriteAsync("after");
        await delivery.CompleteAsync();
        stuck.Lines.Should().HaveCount(OutputDelivery.Capacity + 3);
        stuck.Lines[^2..].Should().Equal("(2 lines of output were left out: they came faster than they were taken)", "after");
    }

    [Fact]
    public async Task A_writer_that_was_held_up_goes_on_when_the_listener_does()
    {
        Stuck stuck = new();
        OutputDelivery delivery = new(stuck.Listen, _clock);
        await delivery.WriteAsync("first");
        await stuck.Entered.WaitAsync(Patience);
        for (int i = 0; i < OutputDelivery.Capacity; i++)
        {
            await delivery.WriteAsync($"{i}");
        }

        Task held = delivery.WriteAsync("last").AsTask();
        stuck.Release();
        await held.WaitAsync(Patience);
        await delivery.CompleteAsync();

        stuck.Lines.Should().HaveCount(OutputDelivery.Capacity + 2).And.EndWith("last");
    }

    [Fact]
    public async Task The_end_does_not_wait_for_ever_for_a_listener_that_hangs()
    {
        Stuck stuck = new();
        OutputDelivery delivery = new(stuck.Listen, _clock);
        await delivery.WriteAsync("first");
        await stuck.Entered.WaitAsync(Patience);

        Task completing = delivery.CompleteAsync();
        completing.IsCompleted.Should().BeFalse();
        _clock.Advance(OutputDelivery.Patience);

        await completing.WaitAsync(Patience);
        stuck.Release();
    }

    [Fact]
    public async Task After_a_listener_has_thrown_lines_go_nowhere_and_the_end_tells_it()
    {
        OutputDelivery delivery = new(_ => throw new InvalidOperationException("of the listener"), _clock);
        for (int i = 0; i < 3 * OutputDelivery.Capacity; i++)
        {
            await delivery.WriteAsync("line").AsTask().WaitAsync(Patience);
        }

        await delivery.Invoking(d => d.CompleteAsync()).Should().ThrowAsync<InvalidOperationException>();
    }

    /// <summary>A listener that hangs in its first line until it is released.</summary>
    private sealed class Stuck
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<string> _took = Channel.CreateUnbounded<string>();

        public List<string> Lines { get; } = [];

        public Task Entered => _entered.Task;

        public void Release() => _released.TrySetResult();

        public async Task TookAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                await _took.Reader.ReadAsync();
            }
        }

        public void Listen(string line)
        {
            _entered.TrySetResult();
            _released.Task.GetAwaiter().GetResult();
            Lines.Add(line);
            _took.Writer.TryWrite(line);
        }
    }
}
