using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TransportPluginsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string?> _told = [];

    [Fact]
    public void Names_are_read_from_the_lines_as_tor_reads_them()
    {
        TransportPlugins.Named(
        [
            "UseBridges 1", "ClientTransportPlugin obfs4,meek_lite exec /usr/bin/lyrebird", "clienttransport\tsnowflake  exec /x --a b",
            "ClientTransportPlugin old socks5 127.0.0.1:1", "# ClientTransportPlugin no exec /x", "ClientTransportPlugin", "ClientOnly 1",
        ]).Should().Equal("obfs4", "meek_lite", "snowflake");
    }

    [Fact]
    public void Nothing_is_told_where_all_are_launched_in_time()
    {
        using TransportPlugins plugins = new(["a", "b"], _clock, _told.Add);
        plugins.OnLaunched(new TransportLaunchedEvent(IsClient: true, "a"));
        plugins.OnLaunched(new TransportLaunchedEvent(IsClient: true, "b"));
        _clock.Advance(2 * TransportPlugins.Patience);
        _told.Should().BeEmpty();
    }

    [Fact]
    public void Those_that_are_late_are_named_and_forgiven_when_the_last_has_come()
    {
        using TransportPlugins plugins = new(["b", "a", "c"], _clock, _told.Add);
        plugins.OnLaunched(new TransportLaunchedEvent(IsClient: true, "c"));
        plugins.OnLaunched(new TransportLaunchedEvent(IsClient: false, "a"));
        _clock.Advance(TransportPlugins.Patience);
        _told.Should().ContainSingle().Which.Should().Contain("a, b");
        plugins.OnLaunched(new TransportLaunchedEvent(IsClient: true, "a"));
        _told.Should().ContainSingle();
        plugins.OnLaunched(new TransportLaunchedEvent(IsClient: true, "b"));
        _told.Should().HaveCount(2).And.EndWith((string?)null);
    }
}
