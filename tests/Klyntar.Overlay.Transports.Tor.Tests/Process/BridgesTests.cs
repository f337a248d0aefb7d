using CsCheck;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class BridgesTests
{
    private const string Fingerprint = "0123456789ABCDEF0123456789abcdef01234567";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("192.0.2.7:9001", null)]
    [InlineData("Bridge 192.0.2.7:9001 " + Fingerprint, null)]
    [InlineData("[2001:db8::7]:443 $" + Fingerprint, null)]
    [InlineData("  bridge\u0020obfs4   192.0.2.7:443 " + Fingerprint + " cert=abc+/ iat-mode=0 ", "obfs4")]
    [InlineData("meek_lite 192.0.2.20:80 url=https://example.com/ front=example.net", "meek_lite")]
    public void A_line_is_taken_as_it_was_given(string line, string? transport)
    {
        (BridgeLine? bridge, string? problem) = BridgeLine.Parse(line);
        problem.Should().BeNull();
        bridge!.Transport.Should().Be(transport);
        bridge.Value.Should().NotContain("  ").And.NotStartWithEquivalentOf("bridge ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("obfs4")]
    [InlineData("obfs4 example.com:443 " + Fingerprint)]
    [InlineData("192.0.2.7")]
    [InlineData("192.0.2.7:0")]
    [InlineData("192.0.2.7:9001 0123")]
    [InlineData("192.0.2.7:9001 " + Fingerprint + "00")]
    [InlineData("192.0.2.7:9001\nControlPort 9051")]
    [InlineData("192.0.2.7:9001 \\")]
    public void A_line_that_is_no_bridge_is_refused_without_being_repeated(string line)
    {
        (BridgeLine? bridge, string? problem) = BridgeLine.Parse(line);
        bridge.Should().BeNull();
        problem.Should().NotBeNull().And.NotContain("192.0.2").And.NotContain("example.com");
    }

    [Fact]
    public void Whatever_is_read_is_one_line_or_a_problem() =>
        Gen.Frequency((1, Gen.String), (4, Gen.OneOf("obfs4 ", "Bridge ", "192.0.2.7:1 ", Fingerprint, "\n", "\r", " ", "\\", "cert="))).Array[0, 8].Sample(pieces =>
        {
            (BridgeLine? bridge, string? problem) = BridgeLine.Parse(string.Concat(pieces));
            return (bridge is null) != (problem is null) && (bridge is null || Torrc.Check(new TorOptions { Torrc = [$"Bridge {bridge.Value}"] }).Count == 0);
        });

    [Fact]
    public async Task Each_transport_has_one_program_and_bridges_come_last()
    {
        TorOptions options = new() { Bridges = ["obfs4 192.0.2.7:1", "obfs4 192.0.2.8:1", "snowflake 192.0.2.9:1", "192.0.2.10:1"], PluggableTransports = new Dictionary<string, string> { ["snowflake"] = "/opt/snow" } };
        (await Bridges.LinesAsync(options, new Programs(), Cancelled)).Should().Equal(
            "UseBridges 1", "ClientTransportPlugin obfs4 exec /found/obfs4proxy", "ClientTransportPlugin snowflake exec /opt/snow",
            "Bridge obfs4 192.0.2.7:1", "Bridge obfs4 192.0.2.8:1", "Bridge snowflake 192.0.2.9:1", "Bridge 192.0.2.10:1");
    }

    [Fact]
    public async Task Without_bridges_there_are_no_lines() => (await Bridges.LinesAsync(new TorOptions(), new Programs(), Cancelled)).Should().BeEmpty();

    [Theory]
    [InlineData("snowflake 192.0.2.9:1", "snowflake", null)]
    [InlineData("obfs4 nowhere", "bridges[0]", null)]
    [InlineData("obfs4 192.0.2.9:1", "blank", "/a folder/obfs4proxy")]
    public async Task What_cannot_work_is_said_before_tor_starts(string bridge, string said, string? program)
    {
        TorOptions options = new() { Bridges = [bridge], PluggableTransports = program is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["obfs4"] = program } };
        (await options.Awaiting(o => Bridges.LinesAsync(o, new Programs(), Cancelled).AsTask()).Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain(said);
    }

    [Fact]
    public async Task Programs_without_bridges_are_a_mistake()
    {
        TorOptions options = new() { PluggableTransports = new Dictionary<string, string> { ["obfs4"] = "/x" } };
        await options.Awaiting(o => Bridges.LinesAsync(o, new Programs(), Cancelled).AsTask()).Should().ThrowAsync<OverlayException>();
    }

    [Theory]
    [InlineData(true, "ClientTransportPlugin obfs4 exec /x")]
    [InlineData(false, "UseBridges 1")]
    [InlineData(false, "ClientTransportPlugin obfs4 exec /x", "DisableNetwork 1")]
    [InlineData(false, "ClientTransportPlugin obfs4 exec /x", "disablenet 0")]
    public void Tor_waits_for_us_where_it_launches_plugins_and_the_operator_does_not_decide_about_the_network(bool waits, params string[] lines) =>
        Torrc.AwaitsController(lines).Should().Be(waits);

    private sealed class Programs : IHelperPrograms
    {
        public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new HelperProgram(configuredPath ?? $"/found/{name}", "a test"));
    }
}
