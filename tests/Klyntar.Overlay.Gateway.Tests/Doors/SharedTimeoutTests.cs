using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Handshake limits without a timer for each handshake.</summary>
public sealed class SharedTimeoutTests
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(64);
    private static readonly TimeSpan Part = Span / SharedTimeout.Parts;

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void The_first_token_is_cancelled_after_the_whole_while_and_not_before()
    {
        using SharedTimeout timeout = new(Span, _clock);
        CancellationToken token = timeout.Next();
        _clock.Advance(Span - TimeSpan.FromMilliseconds(1));
        token.IsCancellationRequested.Should().BeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void What_begins_at_about_the_same_time_shares_a_token_and_what_begins_later_has_its_own()
    {
        using SharedTimeout timeout = new(Span, _clock);
        CancellationToken first = timeout.Next();
        _clock.Advance(Part - TimeSpan.FromMilliseconds(1));
        timeout.Next().Should().Be(first);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        CancellationToken second = timeout.Next();
        second.Should().NotBe(first);
        _clock.Advance(Span - Part);
        first.IsCancellationRequested.Should().BeTrue();
        second.IsCancellationRequested.Should().BeFalse("it began a part later");
        _clock.Advance(Part);
        second.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void A_token_that_ran_out_is_never_given_again()
    {
        using SharedTimeout timeout = new(Span, _clock);
        timeout.Next();
        _clock.Advance(2 * Span);
        timeout.Next().IsCancellationRequested.Should().BeFalse();
    }
}
