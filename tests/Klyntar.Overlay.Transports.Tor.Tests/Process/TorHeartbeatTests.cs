namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorHeartbeatTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tor_that_hangs_is_noticed_without_anybody_asking_anything_of_it()
    {
        var clock = new WatchedClock();
        await using ScriptedPeer tor = ScriptedPeer.OnUnixSocket();
        await using TorControlConnection control = await tor.ControlAsync(new ControlConnectionOptions { Clock = clock });
        Task heartbeat = TorHeartbeat.RunAsync(control, clock, Ct);
        for (int i = 0; i < 3; i++)
        {
            await clock.PassAsync(TorHeartbeat.Interval);
            (await tor.AnswerAsync("250-uptime=1\r\n250 OK\r\n")).Should().Be("GETINFO uptime");
        }

        await clock.PassAsync(TorHeartbeat.Interval);
        await tor.ReadLineAsync();
        clock.Advance(new ControlConnectionOptions().AnswerTimeout);
        await heartbeat.Invoking(h => h).Should().ThrowAsync<ControlException>().WithMessage("*did not answer*");
        control.Ended.IsCompleted.Should().BeTrue();
    }
}
