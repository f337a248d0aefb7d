using Klyntar.Overlay.Transports.Loopback;

[assembly: Klyntar.Overlay.OverlayTransport(typeof(string))]

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class TransportCatalogTests
{
    [Fact]
    public void Transports_beside_the_program_are_found_by_the_attribute_of_their_assembly() =>
        TransportCatalog.LoadBuiltIn().Names.Should().Equal("i2p", "loopback", "pt", "tor", "zeronet");

    [Fact]
    public void The_factories_of_given_assemblies_are_found() =>
        TransportCatalog.Of(typeof(LoopbackTransportFactory).Assembly).Names.Should().Equal("loopback");

    [Fact]
    public void Two_transports_of_one_name_are_refused()
    {
        Action making = () => TransportCatalog.Of(new SampleFactory("tor"), new SampleFactory("tor"));

        making.Should().Throw<OverlayException>().WithMessage("Two transports are named \"tor\": *Remove one of them.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Tor")]
    [InlineData("my-transport")]
    [InlineData("1tor")]
    [InlineData("../up")]
    [InlineData("keys")]
    [InlineData("lock")]
    public void A_malformed_or_reserved_name_is_refused(string name)
    {
        Action making = () => TransportCatalog.Of(new SampleFactory(name));

        making.Should().Throw<OverlayException>().WithMessage("*author must rename it.");
    }

    [Fact]
    public void An_assembly_that_names_what_is_no_factory_is_refused()
    {
        Action making = () => TransportCatalog.Of(typeof(TransportCatalogTests).Assembly);

        making.Should().Throw<OverlayException>().WithMessage("The transport factory System.String of Klyntar.Overlay.Gateway.Tests cannot be made: *");
    }
}
