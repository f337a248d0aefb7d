using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class StatusBudgetTests
{
    [Fact]
    public void What_a_failing_network_tells_for_hours_is_no_flood_and_one_more_in_a_minute_is()
    {
        var clock = new FakeTimeProvider();
        var budget = new StatusBudget(clock);
        for (int minute = 0; minute < 120; minute++)
        {
            for (int i = 0; i < StatusBudget.Most; i++)
            {
                budget.Spend();
            }

            clock.Advance(StatusBudget.Span);
        }

        Action flood = () => Enumerable.Range(0, StatusBudget.Most + 1).ToList().ForEach(_ => budget.Spend());
        flood.Should().Throw<ControlException>().WithMessage("*1000 changes of its status within 60 s*");
    }
}
