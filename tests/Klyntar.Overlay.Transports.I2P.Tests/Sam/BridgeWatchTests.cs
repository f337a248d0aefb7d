using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A router is served for as long as its bridge answers.</summary>
public sealed class BridgeWatchTests
{
    private const string Question = "NAMING LOOKUP NAME=ME";

    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = new SamConnectionOptions().Patience;

    private readonly WatchedClock _clock = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, Question)]
    [InlineData(true, "PING ")]
    public async Task A_router_that_hangs_is_told_by_a_question_and_no_longer_served(bool isExtended, string question)
    {
        int asked = 0;
        await using var bridge = new AnsweringBridge(line =>
            line.StartsWith(question, StringComparison.Ordinal)
                ? ++asked > 2 ? "" : isExtended ? $"PONG {line[5..]}\n" : AnsweringBridge.Politely(line)
                : isExtended ? AnsweringBridge.Extended(line) : AnsweringBridge.Politely(line));
        await using SamConnection connection = await bridge.GreetedAsync(new SamConnectionOptions { Clock = _clock });
        await _clock.BegunAsync(Patience);
        Task serving = BridgeWatch.ServeAsync(connection, _clock, ServeAsync, Ct);
        for (int i = 1; i <= 3; i++)
        {
            await _clock.PassAsync(BetweenQuestions);
            await bridge.HeardAsync(question);
            _stopped.Task.IsCompleted.Should().BeFalse();
            await _clock.BegunAsync(Patience);
        }

        _clock.Advance(Patience);
        (await serving.Invoking(static task => task).Should().ThrowAsync<SamException>()).Which.Violation.Should().Be(SamViolation.Silent);
        await _stopped.Task;
    }

    [Fact]
    public async Task The_end_of_the_bridge_ends_what_is_served_at_once()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        await using SamConnection connection = await bridge.GreetedAsync(new SamConnectionOptions { Clock = _clock });
        Task serving = BridgeWatch.ServeAsync(connection, _clock, ServeAsync, Ct);
        bridge.EndAll();
        (await serving.Invoking(static task => task).Should().ThrowAsync<SamException>()).Which.Violation.Should().Be(SamViolation.Closed);
        await _stopped.Task;
    }

    [Fact]
    public async Task What_is_served_ends_the_watch_with_its_own_reason()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        await using SamConnection connection = await bridge.GreetedAsync(new SamConnectionOptions { Clock = _clock });
        Func<Task> serving = () => BridgeWatch.ServeAsync(connection, _clock, static _ => Task.FromException(new OverlayException("enough")), Ct);
        await serving.Should().ThrowAsync<OverlayException>().WithMessage("enough");
    }

    private async Task ServeAsync(CancellationToken ended)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopped.SetResult();
    }
}
