using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class NetworkProbeTests : IAsyncDisposable
{
    private readonly WatchedClock _clock = new();
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly List<string?> _told = [];
    private TorControlConnection? _control;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_directory_is_asked_for_what_nobody_has_only_after_a_quiet_while()
    {
        NetworkProbe probe = await ProbeAsync();
        _ = probe.RunAsync(Ct);
        await _clock.BegunAsync(NetworkProbe.Quiet);
        _clock.Advance(NetworkProbe.Quiet - TimeSpan.FromSeconds(1));
        probe.OnDescriptor(new HsDescEvent("UPLOADED", "abc", "$A", null));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _clock.PassAsync(NetworkProbe.Quiet - TimeSpan.FromSeconds(1));
        string asked = (await _tor.AnswerAsync("250 OK\r\n"))!;
        asked.Should().StartWith("HSFETCH ");
        OnionAddress.TryParse(asked["HSFETCH ".Length..] + ".onion", out _, out _).Should().BeTrue();
        await _clock.BegunAsync(NetworkProbe.Patience);
        probe.OnDescriptor(new HsDescEvent("FAILED", "abc", "$A", "NOT_FOUND"));
        await _clock.PassAsync(NetworkProbe.Quiet);
        await _tor.ReadLineAsync();
        _told.Should().BeEmpty();
    }

    [Theory]
    [InlineData("250 OK\r\n")]
    [InlineData("551 Internal error\r\n")]
    public async Task Silence_is_told_once_it_has_lasted_and_taken_back_at_the_first_answer(string reply)
    {
        NetworkProbe probe = await ProbeAsync();
        _ = probe.RunAsync(Ct);
        await _clock.PassAsync(NetworkProbe.Quiet);
        await _tor.AnswerAsync(reply);
        await _clock.BegunAsync(NetworkProbe.Patience);
        probe.OnDescriptor(new HsDescEvent("REQUESTED", "abc", "$A", null));
        probe.OnDescriptor(new HsDescEvent("FAILED", "abc", "$A", "QUERY_NO_HSDIR"));
        _told.Should().BeEmpty();
        _clock.Advance(NetworkProbe.Patience);

        // It asks again at once, and for as long as nothing comes.
        await _tor.AnswerAsync(reply);
        _told.Should().ContainSingle().Which.Should().Contain("nothing moves");
        probe.OnDescriptor(new HsDescEvent("RECEIVED", "abc", "$A", null));
        _told.Should().HaveCount(2).And.EndWith((string?)null);
    }

    [Theory]
    [InlineData(8 * 60, 0)]
    [InlineData(0, 3 * 60)]
    [InlineData(0, -3 * 60)]
    public async Task After_a_sleep_or_a_clock_that_was_set_the_quiet_while_begins_anew(int minutes, int minutesOnTheWall)
    {
        NetworkProbe probe = await ProbeAsync();
        _ = probe.RunAsync(Ct);
        await _clock.BegunAsync(NetworkProbe.Quiet);
        _clock.WallOffset += TimeSpan.FromMinutes(minutesOnTheWall);
        _clock.Advance(NetworkProbe.Quiet + TimeSpan.FromMinutes(minutes));

        // A network that wakes up may take its time: nobody has been asked yet.
        await _clock.BegunAsync(NetworkProbe.Quiet);
        _clock.Advance(NetworkProbe.Quiet);
        await _tor.AnswerAsync("250 OK\r\n");
        await _clock.BegunAsync(NetworkProbe.Patience);

        // Asked just before a sleep, which took the circuits away.
        _clock.WallOffset += TimeSpan.FromMinutes(minutesOnTheWall);
        _clock.Advance(NetworkProbe.Patience + TimeSpan.FromMinutes(minutes));
        await _clock.BegunAsync(NetworkProbe.Quiet);
        _told.Should().BeEmpty();

        // What is measured while awake still counts.
        _clock.Advance(NetworkProbe.Quiet);
        await _tor.AnswerAsync("250 OK\r\n");
        await _clock.PassAsync(NetworkProbe.Patience);
        await _tor.ReadLineAsync();
        _told.Should().ContainSingle();
    }

    [Fact]
    public async Task What_new_circuits_break_off_is_no_silence()
    {
        NetworkProbe probe = await ProbeAsync();
        _ = probe.RunAsync(Ct);
        await _clock.PassAsync(NetworkProbe.Quiet);
        await _tor.AnswerAsync("250 OK\r\n");
        await _clock.BegunAsync(NetworkProbe.Patience);
        probe.StartOver();
        await _clock.BegunAsync(NetworkProbe.Quiet);
        _clock.Advance(NetworkProbe.Patience);
        _told.Should().BeEmpty();
    }

    [Fact]
    public async Task A_filter_that_refuses_the_question_is_not_asked_again_and_is_no_silence()
    {
        NetworkProbe probe = await ProbeAsync();
        Task probing = probe.RunAsync(Ct);
        await _clock.PassAsync(NetworkProbe.Quiet);
        await _tor.AnswerAsync("510 Command filtered\r\n");
        await probing.WaitAsync(Ct);
        _told.Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_is_asked_of_a_tor_that_does_not_say_it_is_ready()
    {
        bool isReady = false;
        NetworkProbe probe = await ProbeAsync(() => isReady);
        _ = probe.RunAsync(Ct);
        await _clock.PassAsync(NetworkProbe.Quiet);
        await _clock.BegunAsync(NetworkProbe.Quiet);
        isReady = true;
        _clock.Advance(NetworkProbe.Quiet);
        (await _tor.ReadLineAsync()).Should().StartWith("HSFETCH ");
    }

    public async ValueTask DisposeAsync()
    {
        if (_control is not null)
        {
            await _control.DisposeAsync();
        }

        await _tor.DisposeAsync();
    }

    private async Task<NetworkProbe> ProbeAsync(Func<bool>? isReady = null)
    {
        _control = await _tor.ControlAsync(new ControlConnectionOptions { Clock = _clock });
        return new NetworkProbe(_control, isReady ?? (() => true), _clock, _told.Add);
    }
}
