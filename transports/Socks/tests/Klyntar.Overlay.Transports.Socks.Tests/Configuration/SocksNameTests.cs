using CsCheck;

namespace Klyntar.Overlay.Transports.Socks.Tests;

public sealed class SocksNameTests
{
    private static readonly SocksUpstreamOptions Loki = new() { Server = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1080), Suffixes = [".loki"] };

    private static readonly SocksTransport Overlay = Of(Loki);
    private static readonly SocksTransport Everything = Of(Loki with { Names = true, Addresses = true });

    [Theory]
    [InlineData("some.loki", "some.loki")]
    [InlineData("Some.LOKI.", "some.loki")]
    [InlineData("a.b.c.loki", "a.b.c.loki")]
    public void Names_with_the_suffix_are_claimed_in_any_spelling(string host, string canonical) => Overlay.Parse(host, 80).EndPoint!.Host.Should().Be(canonical);

    [Theory]
    [InlineData(".loki")]
    [InlineData("a..loki")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.loki")]
    public void Names_with_the_suffix_that_are_none_are_refused(string host)
    {
        ParsedHost parsed = Overlay.Parse(host, 80);
        parsed.IsClaimed.Should().BeTrue();
        parsed.EndPoint.Should().BeNull();
    }

    [Theory]
    [InlineData("loki")]
    [InlineData("some.loki.org")]
    [InlineData("example.com")]
    [InlineData("some.lok\u0131")]
    [InlineData("127.0.0.1")]
    [InlineData("some.onion")]
    public void All_other_names_are_left_to_others(string host) => Overlay.Parse(host, 80).IsClaimed.Should().BeFalse();

    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("intranet", "intranet")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:DB8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    public void A_way_to_the_ordinary_network_takes_its_names_and_addresses(string host, string canonical) => Everything.Parse(host, 80).EndPoint!.Host.Should().Be(canonical);

    [Theory]
    [InlineData("some.onion")]
    [InlineData("SOME.Onion.")]
    [InlineData("some.b32.i2p")]
    [InlineData("some.zeronet")]
    [InlineData("some.bit")]
    [InlineData("some.snode")]
    [InlineData("some.alt")]
    [InlineData("some.exit")]
    [InlineData("localhost")]
    [InlineData("a.localhost")]
    [InlineData("printer.local")]
    [InlineData("127.1")]
    [InlineData("0x7f.1")]
    [InlineData("2130706433")]
    [InlineData("fe80::1%eth0")]
    public void And_never_those_of_overlays_or_of_this_machine_or_addresses_in_disguise(string host) => Everything.Parse(host, 80).IsClaimed.Should().BeFalse();

    [Fact]
    public void The_longest_suffix_decides()
    {
        var transport = new SocksRoutes([new SocksUpstream("short", Loki), new SocksUpstream("long", Loki with { Suffixes = [".exit.loki"] })]);
        transport.Find((SocksEndPoint)transport.Parse("a.exit.loki", 80).EndPoint!)!.Name.Should().Be("long");
        transport.Find((SocksEndPoint)transport.Parse("exit.loki", 80).EndPoint!)!.Name.Should().Be("short");
    }

    [Fact]
    public void The_suffixes_are_told_to_the_gateway() => Of(Loki with { Suffixes = [".loki", ".snode"] }).Suffixes.Should().Equal(".loki", ".snode");

    [Fact]
    public void No_name_of_another_overlay_ever_goes_to_a_server()
    {
        Gen<string> host = Gen.Select(Gen.String[Gen.Char["ab.-_OI2P"], 0, 12], Gen.OneOf(Gen.Const(".onion"), Gen.Const(".ONION"), Gen.Const(".onion."), Gen.Const(".i2p"), Gen.Const(".zeronet")), (name, suffix) => name + suffix);
        host.Sample(h => !Everything.Parse(h, 1).IsClaimed);
    }

    [Fact]
    public void A_log_is_told_the_suffix_and_nothing_else()
    {
        Everything.Parse("a-long-name-of-somebody.loki", 80).EndPoint!.Redacted.Should().Be("….loki");
        Everything.Parse("a-long-name-of-somebody.example", 80).EndPoint!.Redacted.Should().Be("…");
    }

    private static SocksTransport Of(SocksUpstreamOptions options) => new(new SocksOptions { Upstreams = new Dictionary<string, SocksUpstreamOptions> { ["a"] = options } });
}
