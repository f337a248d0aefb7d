using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class UpRequestTests
{
    [Fact]
    public void Nothing_asked_changes_nothing()
    {
        var configured = new GatewayOptions { DataFolder = "/data" };

        new UpRequest().ApplyTo(configured).Should().Be(configured);
    }

    [Fact]
    public void Exposed_ports_are_one_service_beside_those_configured()
    {
        var web = new ServiceOptions { Ports = new Dictionary<int, EndPoint>(), On = ["tor"] };
        var configured = new GatewayOptions { Services = new Dictionary<string, ServiceOptions> { ["web"] = web } };
        GatewayOptions options = new UpRequest { Expose = ["7332", "80:7332"], On = ["tor, i2p", "tor"] }.ApplyTo(configured);

        options.Services.Keys.Should().BeEquivalentTo("web", "node");
        options.Services["node"].On.Should().Equal("tor", "i2p");
        options.Services["node"].Ports.Keys.Should().BeEquivalentTo([7332, 80]);
        options.Services["web"].Should().BeSameAs(web);
    }

    [Fact]
    public void A_service_that_is_configured_is_not_replaced()
    {
        var configured = new GatewayOptions
        {
            Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint>(), On = ["tor"] } },
        };
        Action apply = () => new UpRequest { Expose = ["80"] }.ApplyTo(configured);

        apply.Should().Throw<OverlayException>().WithMessage("*'node' already*--name*");
    }

    [Fact]
    public void A_port_that_is_exposed_twice_is_refused()
    {
        Action apply = () => new UpRequest { Expose = ["80", "80:7332"] }.ApplyTo(new GatewayOptions());

        apply.Should().Throw<OverlayException>().WithMessage("*port 80 twice*");
    }

    [Fact]
    public void Another_SOCKS_port_keeps_the_rest_of_the_doors_configuration()
    {
        var configured = new GatewayOptions { Socks = [new SocksDoorOptions { ExtendedErrors = true }, new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 2) }] };
        GatewayOptions options = new UpRequest { SocksPort = 9 }.ApplyTo(configured);

        options.Socks.Should().HaveCount(2);
        options.Socks[0].Listen.Should().Be(new IPEndPoint(IPAddress.Loopback, 9));
        options.Socks[0].ExtendedErrors.Should().BeTrue();
        options.Socks[1].Should().BeSameAs(configured.Socks[1]);
    }

    [Fact]
    public void A_control_port_is_one_setting_more_of_tor()
    {
        var control = new IPEndPoint(IPAddress.Loopback, 9051);
        var configured = new GatewayOptions { Transports = new Dictionary<string, object?> { ["tor"] = new TorOptions { CookieFile = "/cookie" }, ["other"] = null } };

        IReadOnlyDictionary<string, object?> transports = new UpRequest { TorControl = control }.ApplyTo(configured).Transports;

        TorOptions tor = transports["tor"].Should().BeOfType<TorOptions>().Subject;
        tor.Control.Should().Be(control);
        tor.CookieFile.Should().Be("/cookie");
        transports.Should().ContainKey("other");
        new UpRequest { TorControl = control }.ApplyTo(new GatewayOptions()).Transports["tor"].Should().BeOfType<TorOptions>().Which.Control.Should().Be(control);
    }

    [Fact]
    public void A_SOCKS_port_opens_a_door_where_none_is_configured() =>
        new UpRequest { SocksPort = 9 }.ApplyTo(new GatewayOptions { Socks = [] }).Socks.Should().ContainSingle();
}
