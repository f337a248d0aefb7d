using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class BridgeWatchTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string?> _told = [];

    [Fact]
    public void Bridges_are_counted_as_tor_reads_them() =>
        BridgeWatch.Count(["UseBridges 1", "Bridge 192.0.2.7:9001", " bridge\tobfs4 192.0.2.8:443", "BridgeRelay 1", "# Bridge 192.0.2.9:1"]).Should().Be(2);

    [Fact]
    public void Nothing_is_told_where_one_is_reached_in_time_or_none_is_needed()
    {
        using BridgeWatch watch = new(2, _clock, _told.Add);
        using BridgeWatch unneeded = new(0, _clock, _told.Add);
        watch.OnPhase(Phase(2));
        watch.OnPhase(Phase(10));
        _clock.Advance(2 * BridgeWatch.Patience);
        _told.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1, "its bridge")]
    [InlineData(3, "any of its 3 bridges")]
    public void That_none_is_reached_is_told_once_and_taken_back_when_one_is(int bridges, string said)
    {
        using BridgeWatch watch = new(bridges, _clock, _told.Add);
        watch.OnPhase(Phase(2));
        _clock.Advance(BridgeWatch.Patience - TimeSpan.FromSeconds(1));
        _told.Should().BeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _told.Should().ContainSingle().Which.Should().Contain(said);
        watch.OnPhase(Phase(5));
        _told.Should().ContainSingle();
        watch.OnPhase(Phase(10));
        watch.OnPhase(Phase(2));
        _told.Should().HaveCount(2).And.EndWith((string?)null);
    }

    private static BootstrapPhase Phase(int progress) => new(progress, "Connecting", null);
}
