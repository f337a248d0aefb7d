using System.Collections.Immutable;
using System.Globalization;
using CsCheck;

namespace Klyntar.Overlay.Sandbox.Tests;

public sealed class SandboxTorrcTests
{
    private static readonly ImmutableArray<TorAuthority> Authorities =
        [new("a0", "127.0.0.1", 10_001, 10_002, new string('A', 40), new string('B', 40))];

    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 4_000_000_000].Select(DateTimeOffset.FromUnixTimeSeconds);

    [Fact]
    public void The_first_vote_is_at_least_a_quarter_of_an_hour_away_at_any_time_of_day() => Times.Sample(now =>
    {
        string line = SandboxTorrc.OfAuthority(Authorities, Authorities[0], new TorNodeFolder("/tmp/x"), now)
            .Single(l => l.StartsWith("TestingV3AuthVotingStartOffset ", StringComparison.Ordinal));

        UntilNext(now, SandboxTorrc.VotingInterval, Seconds(line[(line.IndexOf(' ') + 1)..])).Should().BeGreaterThanOrEqualTo(SandboxTorrc.VotingInterval / 2);
    });

    [Fact]
    public void The_vote_that_is_asked_for_comes_in_three_seconds() => Times.Sample(now =>
    {
        var settings = SandboxTorrc.VoteSoon(now).ToDictionary(s => s.Key, s => Seconds(s.Value!));

        UntilNext(now, settings["TestingV3AuthInitialVotingInterval"], settings["TestingV3AuthVotingStartOffset"]).Should().Be(3);
    });

    private static long Seconds(string value) => long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);

    // tor counts the grid from midnight, and every interval used here divides a day.
    private static long UntilNext(DateTimeOffset now, long interval, long offset)
    {
        long past = (now.ToUnixTimeSeconds() - offset) % interval;
        return interval - ((past + interval) % interval);
    }
}
