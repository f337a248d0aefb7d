using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class VisitorLimiterTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _abort = new();

    public void Dispose() => _abort.Dispose();

    [Fact]
    public void A_visitor_may_have_so_many_connections_open_and_another_one_as_many()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { Connections = 2 });
        Enter(limiter, "a", 3).Should().Equal(VisitorVerdict.Admitted, VisitorVerdict.Admitted, VisitorVerdict.TurnedAway);
        Enter(limiter, "b", 3).Should().Equal(VisitorVerdict.Admitted, VisitorVerdict.Admitted, VisitorVerdict.TurnedAway);
        limiter.Leave("a");
        Enter(limiter, "a", 2).Should().Equal(VisitorVerdict.Admitted, VisitorVerdict.TurnedAway);
    }

    [Fact]
    public void A_visitor_may_open_so_many_a_minute_at_once_and_then_as_time_goes_by()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { ConnectionsPerMinute = 6 });
        for (int i = 0; i < 6; i++)
        {
            limiter.Enter("a", out _).Should().Be(VisitorVerdict.Admitted);
            limiter.Leave("a");
        }

        limiter.Enter("a", out _).Should().Be(VisitorVerdict.TurnedAway);
        _clock.Advance(TimeSpan.FromSeconds(9));
        limiter.Enter("a", out _).Should().Be(VisitorVerdict.TurnedAway);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Enter(limiter, "a", 2).Should().Equal(VisitorVerdict.Admitted, VisitorVerdict.TurnedAway);
    }

    [Fact]
    public void Time_gives_no_more_than_a_minute_of_connections()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { ConnectionsPerMinute = 2 });
        limiter.Enter("a", out _).Should().Be(VisitorVerdict.Admitted);
        _clock.Advance(TimeSpan.FromHours(1));
        Enter(limiter, "a", 3).Should().Equal(VisitorVerdict.Admitted, VisitorVerdict.Admitted, VisitorVerdict.TurnedAway);
    }

    [Fact]
    public void Who_is_turned_away_too_often_within_a_minute_is_expelled_once()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { Connections = 1, ExpelAfter = 3 });
        Enter(limiter, "a", 3).Should().Equal(VisitorVerdict.Admitted, VisitorVerdict.TurnedAway, VisitorVerdict.TurnedAway);
        _clock.Advance(VisitorLimiter.Window + TimeSpan.FromSeconds(1));
        Enter(limiter, "a", 4).Should().Equal(VisitorVerdict.TurnedAway, VisitorVerdict.TurnedAway, VisitorVerdict.Expelled, VisitorVerdict.TurnedAway);
    }

    [Fact]
    public void What_an_expelled_visitor_had_open_is_cut_and_nobody_elses_connection_is()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { Connections = 1, ExpelAfter = 1 });
        limiter.Enter("b", out CancellationToken other);
        limiter.Enter("a", out CancellationToken cut);
        limiter.Enter("a", out _).Should().Be(VisitorVerdict.Expelled);
        SpinWait.SpinUntil(() => cut.IsCancellationRequested, TimeSpan.FromSeconds(30)).Should().BeTrue();
        limiter.Leave("a");
        limiter.Enter("a", out CancellationToken again).Should().Be(VisitorVerdict.Admitted);
        again.IsCancellationRequested.Should().BeFalse();
        other.IsCancellationRequested.Should().BeFalse();
        _abort.Cancel();
        again.IsCancellationRequested.Should().BeTrue();
        other.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public void Nobody_is_expelled_where_that_is_off()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { Connections = 1, ExpelAfter = 0 });
        Enter(limiter, "a", 100).Should().NotContain(VisitorVerdict.Expelled);
    }

    [Fact]
    public void Who_has_left_is_forgotten_after_a_minute_and_who_is_here_never()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { Connections = 1 });
        limiter.Enter("here", out _);
        limiter.Enter("left", out _);
        limiter.Leave("left");
        limiter.Count.Should().Be(2);
        _clock.Advance(VisitorLimiter.Window + TimeSpan.FromSeconds(1));
        limiter.Enter("new", out _);
        limiter.Count.Should().Be(2);
        limiter.Enter("here", out _).Should().Be(VisitorVerdict.TurnedAway);
    }

    [Fact]
    public void Who_came_again_is_not_forgotten_for_having_left_before()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { ConnectionsPerMinute = 2 });
        limiter.Enter("a", out _);
        limiter.Leave("a");
        _clock.Advance(VisitorLimiter.Window / 2);
        limiter.Enter("a", out _);
        limiter.Leave("a");
        _clock.Advance((VisitorLimiter.Window / 2) + TimeSpan.FromSeconds(1));
        limiter.Enter("b", out _);
        limiter.Count.Should().Be(2);
    }

    [Fact]
    public void Visitors_without_number_fill_no_memory()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { Connections = 1 });
        for (int i = 0; i < VisitorLimiter.MostRemembered + 1000; i++)
        {
            limiter.Enter($"{i}", out _);
            limiter.Leave($"{i}");
        }

        limiter.Count.Should().Be(VisitorLimiter.MostRemembered);
    }

    [Fact]
    public void One_visitor_without_rest_fills_no_memory_and_evicts_nobody_who_is_here()
    {
        VisitorLimiter limiter = Limiter(new VisitorLimits { ConnectionsPerMinute = 1 });
        limiter.Enter("here", out _);
        for (int i = 0; i < VisitorLimiter.MostRemembered + 1000; i++)
        {
            limiter.Enter("a", out _);
            limiter.Leave("here");
            limiter.Enter("here", out _);
        }

        limiter.Count.Should().Be(2);
    }

    private static VisitorVerdict[] Enter(VisitorLimiter limiter, string identity, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => limiter.Enter(identity, out CancellationToken _))];

    private VisitorLimiter Limiter(VisitorLimits limits) => new(limits, _clock, _abort.Token);
}
