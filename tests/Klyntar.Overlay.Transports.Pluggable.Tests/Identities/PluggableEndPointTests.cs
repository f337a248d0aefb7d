using System.Collections.Frozen;
using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Names: bridges of the configuration, and addresses that say themselves where they lead.</summary>
public sealed class PluggableEndPointTests
{
    private static readonly byte[] Certificate = [.. Enumerable.Range(0, Obfs4Certificate.Size).Select(i => (byte)i)];
    private static readonly PtTarget Home = BridgeLine.TryRead("snowflake 192.0.2.3:80", out _)!;
    private static readonly FrozenDictionary<string, PtTarget> Bridges = new Dictionary<string, PtTarget> { ["home"] = Home }.ToFrozenDictionary();

    [Theory]
    [InlineData("192.0.2.7:443", 2)]
    [InlineData("[2001:db8::7]:65535", 2)]
    public void An_address_says_all_that_a_client_needs_within_a_host_name(string server, int labels)
    {
        var address = new Obfs4Address(IPEndPoint.Parse(server), Certificate, 1);
        string host = address.Host;

        host.Length.Should().BeLessThan(255);
        string[] parts = host[..^PluggableEndPoint.Suffix.Length].Split('.');
        parts.Should().HaveCount(labels).And.OnlyContain(part => part.Length <= 63);
        PluggableEndPoint endPoint = Parse(host.ToUpperInvariant() + ".").EndPoint.Should().BeOfType<PluggableEndPoint>().Subject;
        endPoint.Host.Should().Be(host);
        endPoint.IsConfigured.Should().BeFalse();
        endPoint.Target.Should().Be(new PtTarget("obfs4", IPEndPoint.Parse(server), endPoint.Target.Arguments));
        endPoint.Target.Arguments.Pairs.Should().Equal(KeyValuePair.Create("cert", Obfs4Certificate.Write(Certificate)), KeyValuePair.Create("iat-mode", "1"));
    }

    [Fact]
    public void A_bridge_is_reached_by_its_name_at_any_port()
    {
        PluggableEndPoint endPoint = Parse("HOME.pt.alt", 7332).EndPoint.Should().BeOfType<PluggableEndPoint>().Subject;

        endPoint.ToString().Should().Be("home.pt.alt:7332");
        endPoint.Target.Should().BeSameAs(Home);
        endPoint.IsConfigured.Should().BeTrue();
    }

    [Theory]
    [InlineData("away.pt.alt", "no bridge of the configuration")]
    [InlineData(".pt.alt", "no bridge of the configuration")]
    [InlineData("a.home.pt.alt", "no bridge of the configuration")]
    [InlineData("hom\u0435.pt.alt", "characters that no address has")]
    public void Other_names_below_the_suffix_are_told_what_is_wrong(string host, string why) => Parse(host).Why.Should().Contain(why);

    [Fact]
    public void A_whole_address_that_cannot_be_right_is_told_what_is_wrong()
    {
        string host = new Obfs4Address(IPEndPoint.Parse("192.0.2.7:443"), Certificate, 0).Host;
        char last = host[^8];

        Parse(host[..^8] + (last == 'a' ? 'i' : 'a') + PluggableEndPoint.Suffix).Why.Should().NotBeNull();
        Parse(host.Remove(63, 1).Insert(60, ".")).Why.Should().Contain("not cut after 63");
        Parse((host[0] == 'b' ? 'c' : 'b') + host[1..]).Why.Should().Contain("checksum");
        Parse(new Obfs4Address(new IPEndPoint(IPAddress.Any, 1), Certificate, 0).Host).Why.Should().Contain("no address that could be connected to");
        Parse(new Obfs4Address(new IPEndPoint(IPAddress.Parse("::ffff:10.0.0.1"), 1), Certificate, 0).Host).Why.Should().Contain("no address that could be connected to");
        Parse(new Obfs4Address(new IPEndPoint(IPAddress.Loopback, 1), Certificate, 3).Host).Why.Should().Contain("a kind that is not known");
    }

    [Theory]
    [InlineData("example.pt")]
    [InlineData("pt.alt")]
    [InlineData("example.alt")]
    [InlineData("homept.alt")]
    public void Names_of_others_and_of_a_country_are_left_alone(string host) => Parse(host).IsClaimed.Should().BeFalse();

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    public void Private_networks_are_told_from_the_public_one(string address, bool isPublic) => PublicAddress.Is(IPAddress.Parse(address)).Should().Be(isPublic);

    private static ParsedHost Parse(string host, int port = 80) => PluggableEndPoint.Parse(host, port, Bridges);
}
