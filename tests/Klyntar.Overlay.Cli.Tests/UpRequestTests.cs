using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.I2P;
using Klyntar.Overlay.Transports.Tor;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class UpRequestTests
{
    private static readonly TransportCatalog Catalog = TransportCatalog.LoadBuiltIn();

    [Fact]
    public void Nothing_asked_changes_nothing()
    {
        var configured = new GatewayOptions { DataFolder = "/data" };

        new UpRequest().ApplyTo(configured, Catalog).Should().Be(configured);
    }

    [Fact]
    public void Exposed_ports_are_one_service_beside_those_configured()
    {
        var web = new ServiceOptions { Ports = new Dictionary<int, EndPoint>(), On = ["tor"] };
        var configured = new GatewayOptions { Services = new Dictionary<string, ServiceOptions> { ["web"] = web } };
        GatewayOptions options = new UpRequest { Expose = ["7332", "80:7332"], On = ["tor, i2p", "tor"] }.ApplyTo(configured, Catalog);

        options.Services.Keys.Should().BeEquivalentTo("web", "node");
        options.Services["node"].On.Should().Equal("tor", "i2p");
        options.Services["node"].Ports.Keys.Should().BeEquivalentTo([7332, 80]);
        options.Services["web"].Should().BeSameAs(web);
    }

    [Fact]
    public void ZeroNet_runs_over_the_overlays_that_it_is_named_with()
    {
        GatewayOptions options = new UpRequest { Expose = ["80"], On = ["tor,i2p,zeronet"] }.ApplyTo(new GatewayOptions(), Catalog);

        options.Transports["zeronet"].Should().BeOfType<ZeroNetOptions>().Which.Over.Should().Equal("tor", "i2p");
        options.Transports["zeronet"].Should().BeOfType<ZeroNetOptions>().Which.Clearnet.Should().BeFalse();
    }

    [Fact]
    public void ZeroNet_alone_needs_a_word_for_it()
    {
        Action apply = () => new UpRequest { Expose = ["80"], On = ["zeronet"] }.ApplyTo(new GatewayOptions(), Catalog);
        GatewayOptions options = new UpRequest { Expose = ["80"], On = ["zeronet"], ZeroNetClearnet = true }.ApplyTo(new GatewayOptions(), Catalog);

        apply.Should().Throw<OverlayException>().WithMessage("*this machine's address*--on tor,zeronet*--zeronet-clearnet*");
        options.Transports["zeronet"].Should().BeOfType<ZeroNetOptions>().Which.Clearnet.Should().BeTrue();
    }

    [Fact]
    public void What_the_configuration_says_of_ZeroNet_stays()
    {
        var configured = new GatewayOptions { Transports = new Dictionary<string, object?> { ["zeronet"] = new ZeroNetOptions { Over = ["i2p"] } } };
        GatewayOptions options = new UpRequest { Expose = ["80"], On = ["tor,zeronet"], ZeroNetClearnet = true }.ApplyTo(configured, Catalog);

        options.Transports["zeronet"].Should().Be(configured.Transports["zeronet"]);
    }

    [Fact]
    public void A_service_that_is_configured_is_not_replaced()
    {
        var configured = new GatewayOptions
        {
            Services = new Dictionary<string, ServiceOptions> { ["node"] = new() { Ports = new Dictionary<int, EndPoint>(), On = ["tor"] } },
        };
        Action apply = () => new UpRequest { Expose = ["80"] }.ApplyTo(configured, Catalog);

        apply.Should().Throw<OverlayException>().WithMessage("*'node' already*--name*");
    }

    [Fact]
    public void A_port_that_is_exposed_twice_is_refused()
    {
        Action apply = () => new UpRequest { Expose = ["80", "80:7332"] }.ApplyTo(new GatewayOptions(), Catalog);

        apply.Should().Throw<OverlayException>().WithMessage("*port 80 twice*");
    }

    [Fact]
    public void Another_SOCKS_port_keeps_the_rest_of_the_doors_configuration()
    {
        var configured = new GatewayOptions { Socks = [new SocksDoorOptions { ExtendedErrors = true }, new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 2) }] };
        GatewayOptions options = new UpRequest { SocksPort = 9 }.ApplyTo(configured, Catalog);

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

        IReadOnlyDictionary<string, object?> transports = new UpRequest { TorControl = control }.ApplyTo(configured, Catalog).Transports;

        TorOptions tor = transports["tor"].Should().BeOfType<TorOptions>().Subject;
        tor.Control.Should().Be(control);
        tor.CookieFile.Should().Be("/cookie");
        transports.Should().ContainKey("other");
        new UpRequest { TorControl = control }.ApplyTo(new GatewayOptions(), Catalog).Transports["tor"].Should().BeOfType<TorOptions>().Which.Control.Should().Be(control);
    }

    [Fact]
    public void An_overlay_that_is_named_runs_unless_the_configuration_switches_it_off()
    {
        var request = new UpRequest { On = ["tor,i2p"] };
        var told = new I2POptions { TunnelLength = 1 };

        request.ApplyTo(new GatewayOptions(), Catalog).Transports.Should().ContainSingle().Which.Value.Should().BeOfType<I2POptions>();
        request.ApplyTo(Having(told), Catalog).Transports["i2p"].Should().BeSameAs(told);
        request.ApplyTo(Having(null), Catalog).Transports["i2p"].Should().BeNull();

        static GatewayOptions Having(I2POptions? section) => new() { Transports = new Dictionary<string, object?> { ["i2p"] = section } };
    }

    [Fact]
    public void An_overlay_runs_whose_name_is_exposed_unless_the_configuration_switches_it_off()
    {
        var request = new UpRequest { Expose = ["80:node.i2p:7332"], On = ["tor"] };

        GatewayOptions options = request.ApplyTo(new GatewayOptions(), Catalog);
        options.Transports.Should().ContainSingle().Which.Value.Should().BeOfType<I2POptions>();
        options.Services["node"].Should().BeEquivalentTo(new { On = new[] { "tor" }, Ports = new Dictionary<int, EndPoint> { [80] = new DnsEndPoint("node.i2p", 7332) } });
        request.ApplyTo(new GatewayOptions { Transports = new Dictionary<string, object?> { ["i2p"] = null } }, Catalog).Transports["i2p"].Should().BeNull();
        new UpRequest { Expose = ["80:7332", "81:node.example:80"] }.ApplyTo(new GatewayOptions(), Catalog).Transports.Should().BeEmpty();
    }

    [Fact]
    public void A_SAM_bridge_is_one_setting_more_of_i2p()
    {
        var sam = new IPEndPoint(IPAddress.Loopback, 7656);
        var configured = new GatewayOptions { Transports = new Dictionary<string, object?> { ["i2p"] = new I2POptions { TunnelLength = 2 } } };

        new UpRequest { I2PSam = sam }.ApplyTo(configured, Catalog).Transports["i2p"].Should().Be(new I2POptions { TunnelLength = 2, Sam = sam });
        new UpRequest { I2PSam = sam }.ApplyTo(new GatewayOptions(), Catalog).Transports["i2p"].Should().Be(new I2POptions { Sam = sam });
    }

    [Fact]
    public void A_SOCKS_port_opens_a_door_where_none_is_configured() =>
        new UpRequest { SocksPort = 9 }.ApplyTo(new GatewayOptions { Socks = [] }, Catalog).Socks.Should().ContainSingle();
}
