using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class KeyRestsTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_keys_session_begins_again_six_seconds_after_its_end_and_another_keys_at_once()
    {
        KeyRests rests = new(_clock);
        _clock.Advance(TimeSpan.FromSeconds(6));
        rests.WaitAsync("a", TestContext.Current.CancellationToken).IsCompleted.Should().BeTrue();
        rests.OnEnded("a");
        rests.WaitAsync("b", TestContext.Current.CancellationToken).IsCompleted.Should().BeTrue();
        Task waiting = rests.WaitAsync("a", TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(5.9));
        waiting.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await waiting;
        rests.WaitAsync("a", TestContext.Current.CancellationToken).IsCompleted.Should().BeTrue();
    }

    [Fact]
    public async Task On_a_router_that_may_remember_an_earlier_gateway_every_key_rests_from_the_start()
    {
        KeyRests rests = new(_clock);
        _clock.Advance(TimeSpan.FromSeconds(5.9));
        Task waiting = rests.WaitAsync("a", TestContext.Current.CancellationToken);
        waiting.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await waiting;
    }

    [Fact]
    public void A_router_that_was_started_anew_remembers_nothing()
    {
        KeyRests rests = new(_clock);
        rests.OnEnded("a");
        rests.Clear();
        rests.WaitAsync("a", TestContext.Current.CancellationToken).IsCompleted.Should().BeTrue();
    }
}
