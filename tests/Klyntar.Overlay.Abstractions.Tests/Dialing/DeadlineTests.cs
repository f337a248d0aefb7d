using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void No_deadline_is_never_over()
    {
        Deadline.None.IsSet.Should().BeFalse();
        Deadline.None.IsOver.Should().BeFalse();
        Deadline.None.Remaining.Should().Be(Timeout.InfiniteTimeSpan);
        Deadline.After(Timeout.InfiniteTimeSpan, _clock).IsSet.Should().BeFalse();
    }

    [Fact]
    public void The_time_left_shrinks_with_the_clock_and_is_never_negative()
    {
        Deadline deadline = Deadline.After(TimeSpan.FromSeconds(10), _clock);
        deadline.Remaining.Should().Be(TimeSpan.FromSeconds(10));

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        deadline.Remaining.Should().Be(TimeSpan.FromSeconds(0.1));
        deadline.IsOver.Should().BeFalse();

        _clock.Advance(TimeSpan.FromSeconds(0.1));
        deadline.IsOver.Should().BeTrue();

        _clock.Advance(TimeSpan.FromDays(1));
        deadline.Remaining.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void A_span_of_zero_is_over_at_once()
    {
        Deadline deadline = Deadline.After(TimeSpan.Zero, _clock);
        deadline.IsSet.Should().BeTrue();
        deadline.IsOver.Should().BeTrue();
    }

    [Fact]
    public void A_negative_span_is_a_bug()
    {
        Action negative = () => Deadline.After(TimeSpan.FromTicks(-1), _clock);
        negative.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000_000)]
    [InlineData(1_000_000_000)]
    [InlineData(long.MaxValue)]
    public void The_longest_span_is_far_away_whatever_the_frequency_of_the_clock(long frequency)
    {
        var clock = new FrequencyClock(frequency, timestamp: long.MaxValue / 2);
        Deadline.After(TimeSpan.MaxValue, clock).IsOver.Should().BeFalse();
    }

    [Fact]
    public void At_most_keeps_the_earlier_of_two()
    {
        Deadline ten = Deadline.After(TimeSpan.FromSeconds(10), _clock);
        ten.AtMost(TimeSpan.FromSeconds(3), _clock).Remaining.Should().Be(TimeSpan.FromSeconds(3));
        ten.AtMost(TimeSpan.FromSeconds(30), _clock).Remaining.Should().Be(TimeSpan.FromSeconds(10));
        ten.AtMost(Timeout.InfiniteTimeSpan, _clock).Remaining.Should().Be(TimeSpan.FromSeconds(10));
        Deadline.None.AtMost(TimeSpan.FromSeconds(3), _clock).Remaining.Should().Be(TimeSpan.FromSeconds(3));
        Deadline.None.AtMost(Timeout.InfiniteTimeSpan, _clock).IsSet.Should().BeFalse();
    }

    [Fact]
    public void At_most_grants_no_time_anew()
    {
        Gen.Int[0, 100_000].Select(Gen.Int[0, 100_000], Gen.Int[0, 100_000]).Sample((first, passed, second) =>
        {
            var clock = new FakeTimeProvider();
            Deadline outer = Deadline.After(TimeSpan.FromMilliseconds(first), clock);
            clock.Advance(TimeSpan.FromMilliseconds(passed));
            Deadline inner = outer.AtMost(TimeSpan.FromMilliseconds(second), clock);
            return inner.Remaining <= outer.Remaining && inner.Remaining <= TimeSpan.FromMilliseconds(second);
        });
    }

    [Fact]
    public void The_linked_source_is_cancelled_when_the_time_is_over_and_not_before()
    {
        Deadline deadline = Deadline.After(TimeSpan.FromMilliseconds(10.5), _clock);
        using CancellationTokenSource source = deadline.CreateLinkedSource(CancellationToken.None);

        _clock.Advance(TimeSpan.FromMilliseconds(10.4));
        source.IsCancellationRequested.Should().BeFalse();

        _clock.Advance(TimeSpan.FromMilliseconds(0.6));
        source.IsCancellationRequested.Should().BeTrue();
        deadline.IsOver.Should().BeTrue();
    }

    [Fact]
    public void The_linked_source_of_a_deadline_that_is_over_is_cancelled_from_the_start()
    {
        using CancellationTokenSource source = Deadline.After(TimeSpan.Zero, _clock).CreateLinkedSource(CancellationToken.None);
        source.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void The_linked_source_follows_the_callers_token()
    {
        using var caller = new CancellationTokenSource();
        using CancellationTokenSource timed = Deadline.After(TimeSpan.FromHours(1), _clock).CreateLinkedSource(caller.Token);
        using CancellationTokenSource untimed = Deadline.None.CreateLinkedSource(caller.Token);

        caller.Cancel();

        timed.IsCancellationRequested.Should().BeTrue();
        untimed.IsCancellationRequested.Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_linked_source_of_two_tokens_follows_either(int which)
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        using CancellationTokenSource timed = Deadline.After(TimeSpan.FromHours(1), _clock).CreateLinkedSource(first.Token, second.Token);
        using CancellationTokenSource untimed = Deadline.None.CreateLinkedSource(first.Token, second.Token);

        (which == 0 ? first : second).Cancel();

        timed.IsCancellationRequested.Should().BeTrue();
        untimed.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void The_linked_source_of_a_cancelled_token_is_cancelled_from_the_start()
    {
        using CancellationTokenSource source = Deadline.After(TimeSpan.FromHours(1), _clock).CreateLinkedSource(new CancellationToken(canceled: true));
        source.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void A_disposed_linked_source_no_longer_hears_clock_or_caller()
    {
        using var caller = new CancellationTokenSource();
        CancellationTokenSource source = Deadline.After(TimeSpan.FromSeconds(1), _clock).CreateLinkedSource(caller.Token);
        source.Dispose();

        Action late = () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            caller.Cancel();
        };
        late.Should().NotThrow();
        source.IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public void A_deadline_beyond_the_longest_timer_can_be_waited_for()
    {
        using CancellationTokenSource source = Deadline.After(TimeSpan.MaxValue, TimeProvider.System).CreateLinkedSource(CancellationToken.None);
        source.IsCancellationRequested.Should().BeFalse();
    }

    private sealed class FrequencyClock(long frequency, long timestamp) : TimeProvider
    {
        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => timestamp;
    }
}
