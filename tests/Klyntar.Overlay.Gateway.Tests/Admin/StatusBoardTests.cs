namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>The status that the command shows and the socket serves.</summary>
public sealed class StatusBoardTests
{
    private readonly WatchedClock _clock = new();
    private readonly StatusBoard _board;
    private int _number;

    public StatusBoardTests() => _board = new StatusBoard(
        () => new GatewayStatus
        {
            Version = "1",
            ProcessId = 1,
            StartedAt = DateTimeOffset.UnixEpoch,
            DataFolder = "/d",
            Engine = "portable",
            Transports = [new TransportReport { Name = "tor", State = TransportState.Ready, Detail = $"{_number}", Notes = [], Capabilities = new TransportCapabilities() }],
        },
        _clock);

    [Fact]
    public async Task A_counter_shows_within_a_second_to_whoever_watches()
    {
        await using IAsyncEnumerator<GatewayStatus> watch = _board.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        (await watch.MoveNextAsync()).Should().BeTrue();
        ValueTask<bool> next = watch.MoveNextAsync();
        _number = 1;
        await _clock.PassAsync(StatusBoard.CounterInterval);
        (await next).Should().BeTrue();
        watch.Current.Transports[0].Detail.Should().Be("1");
    }

    [Fact]
    public async Task Whoever_watches_states_is_woken_by_changes_alone()
    {
        await using IAsyncEnumerator<GatewayStatus> watch = _board.States.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        (await watch.MoveNextAsync()).Should().BeTrue();
        ValueTask<bool> next = watch.MoveNextAsync();
        _clock.Armed.Should().NotContain(time => time != Timeout.InfiniteTimeSpan, "no timer wakes a gateway at rest");
        _number = 1;
        _board.Changed();
        (await next).Should().BeTrue();
        watch.Current.Transports[0].Detail.Should().Be("1");
        _board.Complete();
        (await watch.MoveNextAsync()).Should().BeFalse();
    }
}
