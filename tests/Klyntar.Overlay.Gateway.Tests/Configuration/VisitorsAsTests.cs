using System.Net;
using System.Text;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class VisitorsAsTests
{
    [Theory]
    [InlineData("sourceAddress", "127.0.0.1:7332")]
    [InlineData("sourceAddress", "127.9.9.9:7332")]
    [InlineData("proxyV1", "[::1]:7332")]
    [InlineData("proxyV1", "unix:/run/node.sock")]
    [InlineData("proxyV2", "192.0.2.1:7332")]
    [InlineData("one", "peer.i2p:7332")]
    public void A_target_that_can_be_shown_its_visitors_is_accepted(string way, string target) =>
        Read(way, target).Services["n"].VisitorsAs.ToString().Should().BeEquivalentTo(way);

    [Fact]
    public void Nothing_is_shown_unless_asked_for() => new ServiceOptions { On = [], Ports = new Dictionary<int, EndPoint>() }.VisitorsAs.Should().Be(VisitorsAs.One);

    [Theory]
    [InlineData("sourceAddress", "unix:/run/node.sock", "Port 80 leads to a Unix socket, where nobody sees a source address. Lead it to an address in 127.0.0.0/8, or write \"proxyV1\" or \"proxyV2\" where the node understands the PROXY protocol.")]
    [InlineData("sourceAddress", "[::1]:7332", "Port 80 leads to [::1]:7332, which cannot be connected to from an address in 127.72.0.0/16. Lead it to an address in 127.0.0.0/8, or write \"proxyV1\" or \"proxyV2\" where the node understands the PROXY protocol.")]
    [InlineData("sourceAddress", "192.0.2.1:7332", "Port 80 leads to 192.0.2.1:7332, which cannot be connected to from an address in 127.72.0.0/16. Lead it to an address in 127.0.0.0/8, or write \"proxyV1\" or \"proxyV2\" where the node understands the PROXY protocol.")]
    [InlineData("sourceAddress", "peer.i2p:7332", "Port 80 leads to a peer on an overlay, whose operator would be told of your visitors. Lead it to a node of your own, or write \"one\".")]
    [InlineData("proxyV1", "peer.i2p:7332", "Port 80 leads to a peer on an overlay, whose operator would be told of your visitors. Lead it to a node of your own, or write \"one\".")]
    [InlineData("proxyV2", "peer.i2p:7332", "Port 80 leads to a peer on an overlay, whose operator would be told of your visitors. Lead it to a node of your own, or write \"one\".")]
    [InlineData("sourceAdress", "127.0.0.1:7332", "\"sourceAdress\" is not known here. Write one of \"one\", \"sourceAddress\", \"proxyV1\", \"proxyV2\".")]
    public void A_target_that_cannot_is_refused_with_the_reason_and_what_to_do(string way, string target, string expected)
    {
        Action reading = () => Read(way, target);
        ConfigurationError error = reading.Should().Throw<ConfigurationException>().Which.Errors.Should().ContainSingle().Subject;
        error.Path.Should().Be("services.n.visitorsAs");
        $"{error.Reason} {error.Advice}".Should().Be(expected);
    }

    [Fact]
    public void A_target_that_is_wrong_anyway_is_told_once()
    {
        Action reading = () => Read("proxyV1", "localhost:7332");
        reading.Should().Throw<ConfigurationException>().Which.Errors.Should().ContainSingle().Which.Path.Should().Be("services.n.ports.80");
    }

    [Fact]
    public void A_system_with_one_loopback_address_has_the_PROXY_protocol_alone()
    {
        var node = IPEndPoint.Parse("127.0.0.1:7332");
        GatewayRules.WhyNotShown(VisitorsAs.SourceAddress, 80, node, hasAllLoopback: false).Should().Be((
            "This system has no loopback addresses beside 127.0.0.1.",
            "Write \"proxyV1\" or \"proxyV2\" where the node understands the PROXY protocol, or \"one\"."));
        GatewayRules.WhyNotShown(VisitorsAs.ProxyV1, 80, node, hasAllLoopback: false).Should().BeNull();
    }

    private static GatewayOptions Read(string way, string target) => GatewayConfiguration.Read(
        Encoding.UTF8.GetBytes($$"""{ "services": { "n": { "on": ["tor"], "ports": { "80": "{{target}}" }, "visitorsAs": "{{way}}" } } }"""),
        "/overlay.json",
        SampleFactory.Catalog);
}
