using System.Net;
using Klyntar.Overlay.Transports.I2P;
using Klyntar.Overlay.Transports.Tor;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>An overlay that shows this machine's address, beside one that is there to hide it.</summary>
public sealed class LinkedIdentitiesTests
{
    private static readonly TransportCatalog Catalog = TransportCatalog.Of(new TorTransportFactory(), new I2PTransportFactory(), new ZeroNetTransportFactory());

    [Fact]
    public void A_hidden_service_is_not_on_an_overlay_that_shows_its_machine() =>
        Errors(new ZeroNetOptions { Clearnet = true }, "tor", "zeronet").Should().ContainSingle().Which.Should()
            .StartWith("services.node.on: \"zeronet\" shows this machine's address, and \"tor\" is there to hide it").And.EndWith("write \"linkIdentities\": true if that may be known.");

    [Fact]
    public void It_is_where_its_operator_links_the_two() => Errors(new ZeroNetOptions { Clearnet = true }, isLinked: true, "tor", "zeronet").Should().BeEmpty();

    [Fact]
    public void Over_another_overlay_nothing_is_shown() => Errors(new ZeroNetOptions { Over = ["tor"] }, "tor", "i2p", "zeronet").Should().BeEmpty();

    [Fact]
    public void A_service_on_it_alone_hides_nothing() => Errors(new ZeroNetOptions { Clearnet = true }, "zeronet").Should().BeEmpty();

    private static string[] Errors(ZeroNetOptions zeronet, params string[] on) => Errors(zeronet, isLinked: false, on);

    private static string[] Errors(ZeroNetOptions zeronet, bool isLinked, params string[] on)
    {
        var options = new GatewayOptions
        {
            DataFolder = "/data",
            Transports = new Dictionary<string, object?> { ["i2p"] = new I2POptions(), ["zeronet"] = zeronet },
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = new IPEndPoint(IPAddress.Loopback, 1) }, On = on, LinkIdentities = isLinked },
            },
        };
        try
        {
            GatewayConfiguration.Validate(options, Catalog);
            return [];
        }
        catch (ConfigurationException e)
        {
            return [.. e.Errors.Select(static error => error.ToString())];
        }
    }
}
