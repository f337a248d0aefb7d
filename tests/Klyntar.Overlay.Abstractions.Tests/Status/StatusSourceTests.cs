namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class StatusSourceTests
{
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_starts_with_the_present_value_and_then_sees_each_change()
    {
        var source = new StatusSource<string>("a");
        await using IAsyncEnumerator<string> watch = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        (await Next(watch)).Should().Be("a");

        ValueTask<string?> next = Next(watch);
        next.IsCompleted.Should().BeFalse();
        source.Set("b");
        (await next).Should().Be("b");
        source.Current.Should().Be("b");
    }

    [Fact]
    public async Task A_slow_reader_skips_to_the_latest()
    {
        var source = new StatusSource<string>("a");
        await using IAsyncEnumerator<string> watch = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        await Next(watch);
        source.Set("b");
        source.Set("c");
        source.Set("d");
        (await Next(watch)).Should().Be("d");
    }

    [Fact]
    public async Task Setting_an_equal_value_wakes_nobody()
    {
        var source = new StatusSource<TransportStatus>(new TransportStatus.Starting(0.5, "circuits"));
        await using IAsyncEnumerator<TransportStatus> watch = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        await Next(watch);
        ValueTask<TransportStatus?> next = Next(watch);
        source.Set(new TransportStatus.Starting(0.5, "circuits"));
        next.IsCompleted.Should().BeFalse();
        source.Set(TransportStatus.Ready);
        (await next).Should().Be(TransportStatus.Ready);
    }

    [Fact]
    public async Task The_last_value_is_seen_and_ends_the_watch()
    {
        var source = new StatusSource<string>("a");
        await using IAsyncEnumerator<string> watch = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        await Next(watch);
        source.Complete("z");
        (await Next(watch)).Should().Be("z");
        (await Next(watch)).Should().BeNull();
        source.Current.Should().Be("z");
    }

    [Fact]
    public async Task A_watch_begun_after_the_end_sees_the_last_value_once()
    {
        var source = new StatusSource<string>("a");
        source.Complete("z");
        (await ReadAll(source)).Should().Equal("z");
    }

    [Fact]
    public async Task Completing_with_the_present_value_ends_the_watch_and_repeats_nothing()
    {
        var source = new StatusSource<string>("a");
        await using IAsyncEnumerator<string> watch = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        await Next(watch);
        ValueTask<string?> next = Next(watch);
        source.Complete("a");
        (await next).Should().BeNull();
        (await ReadAll(source)).Should().Equal("a");
    }

    [Fact]
    public void Nothing_follows_the_end()
    {
        var source = new StatusSource<string>("a");
        source.Complete("z");
        source.Set("b");
        source.Complete("c");
        source.Current.Should().Be("z");
    }

    [Fact]
    public async Task Cancelling_ends_the_watch_without_an_exception()
    {
        var source = new StatusSource<string>("a");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using IAsyncEnumerator<string> watch = source.WatchAsync(stop.Token).GetAsyncEnumerator(Stop);
        await Next(watch);
        ValueTask<string?> next = Next(watch);
        await stop.CancelAsync();
        (await next).Should().BeNull();
    }

    [Fact]
    public async Task A_watch_with_a_cancelled_token_is_empty() =>
        (await ReadAll(new StatusSource<string>("a"), new CancellationToken(canceled: true))).Should().BeEmpty();

    [Fact]
    public async Task Setting_runs_no_reader_inside_the_setter()
    {
        var source = new StatusSource<string>("a");
        using var isSetting = new ThreadLocal<bool>();
        Task<bool> ranInside = Watch();
        isSetting.Value = true;
        source.Set("b");
        source.Complete("z");
        isSetting.Value = false;
        (await ranInside.WaitAsync(Cap, Stop)).Should().BeFalse();

        async Task<bool> Watch()
        {
            bool inside = false;
            await foreach (string value in source.WatchAsync(Stop))
            {
                inside |= isSetting.Value;
            }

            return inside;
        }
    }

    [Fact]
    public async Task Readers_racing_with_writers_see_values_in_order_and_never_miss_the_last()
    {
        for (int round = 0; round < 200; round++)
        {
            var source = new StatusSource<Box>(new Box(0));
            Task<List<int>>[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => Values(source), Stop))];
            Task writer = Task.Run(
                () =>
                {
                    for (int i = 1; i < 50; i++)
                    {
                        source.Set(new Box(i));
                    }

                    source.Complete(new Box(50));
                },
                Stop);

            await writer.WaitAsync(Cap, Stop);
            foreach (Task<List<int>> reader in readers)
            {
                List<int> seen = await reader.WaitAsync(Cap, Stop);
                seen.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
                seen[^1].Should().Be(50);
            }
        }

        static async Task<List<int>> Values(StatusSource<Box> source)
        {
            List<int> seen = [];
            await foreach (Box box in source.WatchAsync(Stop))
            {
                seen.Add(box.Value);
            }

            return seen;
        }
    }

    [Fact]
    public async Task Of_racing_completions_one_wins_and_all_readers_agree()
    {
        for (int round = 0; round < 200; round++)
        {
            var source = new StatusSource<Box>(new Box(0));
            await Task.WhenAll(Enumerable.Range(1, 4).Select(i => Task.Run(() => source.Complete(new Box(i)), Stop))).WaitAsync(Cap, Stop);
            Box winner = source.Current;
            winner.Value.Should().BeInRange(1, 4);
            (await ReadAll(source)).Should().Equal(winner);
        }
    }

    private static async Task<List<T>> ReadAll<T>(StatusSource<T> source, CancellationToken? token = null)
        where T : class
    {
        List<T> all = [];
        await foreach (T value in source.WatchAsync(token ?? Stop))
        {
            all.Add(value);
        }

        return all;
    }

    private static async ValueTask<T?> Next<T>(IAsyncEnumerator<T> watch)
        where T : class =>
        await watch.MoveNextAsync().AsTask().WaitAsync(Cap, Stop) ? watch.Current : null;

    private sealed record Box(int Value);
}
