using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class PeerBreakerTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly PeerBreaker _breaker;

    public PeerBreakerTests() => _breaker = new PeerBreaker(_clock);

    [Fact]
    public async Task Dials_go_through_until_some_in_a_row_have_failed()
    {
        for (int i = 1; i < PeerBreaker.FailuresToOpen; i++)
        {
            (await _breaker.EnterAsync(default)).Should().BeFalse();
            _breaker.Failed(isTrial: false);
        }

        _breaker.Reached();
        (await _breaker.EnterAsync(default)).Should().BeFalse();
        _breaker.Failed(isTrial: false);

        _breaker.Failures.Should().Be(1, "a success forgets those before");
        _breaker.NextTrial.Should().BeNull();
    }

    [Fact]
    public async Task One_tries_after_a_pause_and_the_others_wait_for_how_it_goes()
    {
        Open();
        Task<bool>[] waiting = [.. Enumerable.Range(0, 10).Select(_ => _breaker.EnterAsync(default).AsTask())];
        waiting.Should().OnlyContain(t => !t.IsCompleted);

        _clock.Advance(1.5 * PeerBreaker.FirstPause);
        Task<bool> first = await Task.WhenAny(waiting).SoonAsync();
        (await first).Should().BeTrue();
        waiting.Count(t => t.IsCompleted).Should().Be(1);
        _breaker.NextTrial.Should().Be(TimeSpan.Zero);

        _breaker.Reached();
        foreach (Task<bool> other in waiting.Where(t => t != first))
        {
            (await other.SoonAsync()).Should().BeFalse();
        }
    }

    [Fact]
    public async Task The_pause_grows_up_to_a_limit_with_some_chance_in_it()
    {
        Open();
        TimeSpan expected = PeerBreaker.FirstPause;
        for (int trial = 0; trial < 10; trial++)
        {
            TimeSpan pause = _breaker.NextTrial!.Value;
            pause.Should().BeGreaterThanOrEqualTo(0.5 * expected).And.BeLessThanOrEqualTo(1.5 * expected);
            _clock.Advance(pause);
            (await _breaker.EnterAsync(default)).Should().BeTrue();
            _breaker.Failed(isTrial: true);
            expected = 2 * expected < PeerBreaker.LastPause ? 2 * expected : PeerBreaker.LastPause;
        }

        expected.Should().Be(PeerBreaker.LastPause);
    }

    [Fact]
    public async Task Dials_that_were_under_way_when_it_opened_count_no_more()
    {
        Open();
        TimeSpan pause = _breaker.NextTrial!.Value;
        for (int i = 0; i < 100; i++)
        {
            _breaker.Failed(isTrial: false);
        }

        _breaker.NextTrial.Should().Be(pause);
        _clock.Advance(pause);
        (await _breaker.EnterAsync(default)).Should().BeTrue();
        _breaker.Failed(isTrial: false);
        _breaker.NextTrial.Should().Be(TimeSpan.Zero, "the trial is still under way");
    }

    [Fact]
    public async Task Where_the_trial_is_given_up_another_one_tries()
    {
        Open();
        _clock.Advance(1.5 * PeerBreaker.FirstPause);
        (await _breaker.EnterAsync(default)).Should().BeTrue();
        Task<bool> next = _breaker.EnterAsync(default).AsTask();
        next.IsCompleted.Should().BeFalse();

        _breaker.GaveUp(isTrial: true);

        (await next.SoonAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task Whoever_waits_may_leave()
    {
        Open();
        using var leaving = new CancellationTokenSource();
        Task<bool> waiting = _breaker.EnterAsync(leaving.Token).AsTask();

        await leaving.CancelAsync();

        await waiting.Invoking(w => w.SoonAsync()).Should().ThrowAsync<OperationCanceledException>();
    }

    private void Open()
    {
        for (int i = 0; i < PeerBreaker.FailuresToOpen; i++)
        {
            _breaker.Failed(isTrial: false);
        }
    }
}
