using System.Collections.Concurrent;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class LineQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Lines_are_written_in_order_and_the_last_ones_before_the_end()
    {
        ConcurrentQueue<string> written = [];
        using (LineQueue queue = new(written.Enqueue))
        {
            for (int i = 0; i < 1000; i++)
            {
                queue.Add($"{i}");
            }
        }

        written.Should().Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"));
    }

    [Fact]
    public void Who_logs_does_not_wait_for_a_terminal_that_stands_still_and_what_was_lost_is_told()
    {
        using ManualResetEventSlim goOn = new();
        using ManualResetEventSlim stands = new();
        ConcurrentQueue<string> written = [];
        LineQueue queue = new(line =>
        {
            written.Enqueue(line);
            stands.Set();
            goOn.Wait();
        });
        queue.Add("first");
        stands.Wait(Patience).Should().BeTrue();
        for (int i = 0; i < 5000; i++)
        {
            queue.Add("more");
        }

        written.Should().ContainSingle();
        goOn.Set();
        queue.Dispose();
        written.ElementAt(1).Should().Be("warning: 904 log lines were lost, since these lines were taken too slowly");
        written.Should().HaveCount(1 + 1 + 4096);
    }
}
