using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorHeartbeatTests : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = new ControlConnectionOptions().AnswerTimeout;

    private readonly WatchedClock _clock = new();
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly FakeLogger _log = new();
    private TorControlConnection? _control;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _control!.DisposeAsync();
        await _tor.DisposeAsync();
    }

    [Fact]
    public async Task A_tor_that_hangs_is_noticed_without_anybody_asking_anything_of_it()
    {
        Task heartbeat = await BeginAsync();
        for (int i = 0; i < 3; i++)
        {
            await _clock.PassAsync(TorHeartbeat.Interval);
            (await _tor.AnswerAsync("250-uptime=1\r\n250 OK\r\n")).Should().Be("GETINFO uptime");
        }

        await _clock.PassAsync(TorHeartbeat.Interval);
        await _tor.ReadLineAsync();
        _clock.Advance(AnswerTimeout);
        await heartbeat.Invoking(h => h).Should().ThrowAsync<ControlException>().WithMessage("*did not answer*");
        _control!.Ended.IsCompleted.Should().BeTrue();
        _log.Collector.Count.Should().Be(0);
    }

    [Theory]
    [InlineData(8, 0, "08:00:00")]
    [InlineData(0, 3, "03:00:00")]
    [InlineData(0, -3, "-03:00:00")]
    public async Task A_sleep_or_a_clock_that_was_set_is_told_once_and_ends_nothing(int hours, int hoursOnTheWall, string told)
    {
        Task heartbeat = await BeginAsync();
        await _clock.BegunAsync(TorHeartbeat.Interval);
        _clock.WallOffset = TimeSpan.FromHours(hoursOnTheWall);
        _clock.Advance(TorHeartbeat.Interval + TimeSpan.FromHours(hours));
        await _tor.AnswerAsync("250-uptime=1\r\n250 OK\r\n");
        await _clock.PassAsync(TorHeartbeat.Interval);
        await _tor.AnswerAsync("250-uptime=21\r\n250 OK\r\n");
        await _clock.BegunAsync(TorHeartbeat.Interval);
        heartbeat.IsCompleted.Should().BeFalse();
        _log.Collector.GetSnapshot().Should().ContainSingle().Which.Message.Should().Contain($"the time has jumped by {told}.");
    }

    [Fact]
    public async Task A_question_asked_just_before_a_sleep_has_its_whole_time_after_it()
    {
        Task heartbeat = await BeginAsync();
        await _clock.PassAsync(TorHeartbeat.Interval);
        await _tor.ReadLineAsync();
        _clock.Advance(TimeSpan.FromHours(8));
        _clock.Advance(AnswerTimeout - TimeSpan.FromSeconds(1));
        await _tor.SendAsync("250-uptime=1\r\n250 OK\r\n");
        await _clock.PassAsync(TorHeartbeat.Interval);
        await _tor.ReadLineAsync();
        _log.Collector.GetSnapshot().Should().ContainSingle().Which.Message.Should().Contain("the time has jumped by");

        // And a tor that did not survive the sleep is noticed as ever.
        _clock.Advance(TimeSpan.FromHours(8));
        _clock.Advance(AnswerTimeout);
        await heartbeat.Invoking(h => h).Should().ThrowAsync<ControlException>().WithMessage("*did not answer*");
    }

    private async Task<Task> BeginAsync()
    {
        _control = await _tor.ControlAsync(new ControlConnectionOptions { Clock = _clock });
        return new TorHeartbeat(_control, _clock, _log).RunAsync(Ct);
    }
}
