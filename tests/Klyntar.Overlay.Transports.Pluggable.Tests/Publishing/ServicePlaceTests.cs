using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Where services are listened for, and as what they are known.</summary>
public sealed class ServicePlaceTests
{
    private static readonly PluggableOptions Public = new() { Listen = "0.0.0.0", Advertise = "203.0.113.7" };

    [Fact]
    public void Without_a_word_a_service_listens_on_loopback_at_the_keys_own_port_and_each_further_port_at_the_next()
    {
        ServiceDefinition definition = Definition(new PluggableOptions(), null);
        int port = Obfs4Identities.KeyOf(definition.Identity).Port;

        ImmutableArray<ServicePlace> places = ServicePlace.AllOf(definition, new PluggableOptions());

        places.Select(place => place.Listen).Should().Equal(new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.Loopback, port + 1));
        places.Select(place => place.EndPoint.Target.Address).Should().Equal(places.Select(place => place.Listen));
        places.Select(place => place.EndPoint.Port).Should().Equal(80, 443);
        places[0].EndPoint.Host.Should().Be(definition.Identity.Address);
    }

    [Theory]
    [InlineData(null, null, "0.0.0.0:K", "203.0.113.7:K")]
    [InlineData("192.0.2.1:9443", null, "192.0.2.1:9443", "203.0.113.7:9443")]
    [InlineData("0.0.0.0:9443", "198.51.100.4:443", "0.0.0.0:9443", "198.51.100.4:443")]
    [InlineData(null, "198.51.100.4:443", "0.0.0.0:K", "198.51.100.4:443")]
    public void What_a_service_says_itself_goes_before_what_is_said_for_all(string? listen, string? advertise, string listens, string told)
    {
        ServiceDefinition definition = Definition(Public, Options(listen, advertise));
        string port = $"{Obfs4Identities.KeyOf(definition.Identity).Port}";

        ServicePlace first = ServicePlace.AllOf(definition, Public)[0];

        first.Listen.Should().Be(IPEndPoint.Parse(listens.Replace("K", port, StringComparison.Ordinal)));
        first.EndPoint.Target.Address.Should().Be(IPEndPoint.Parse(told.Replace("K", port, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_service_that_listens_at_an_address_of_its_own_is_known_by_it_where_nothing_else_is_said()
    {
        ServiceDefinition definition = Definition(new PluggableOptions(), Options("192.0.2.1:9443", null));

        ServicePlace.AllOf(definition, new PluggableOptions())[1].EndPoint.Target.Address.Should().Be(IPEndPoint.Parse("192.0.2.1:9444"));
    }

    [Theory]
    [InlineData("0.0.0.0", null, false)]
    [InlineData("0.0.0.0", "203.0.113.7", true)]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("::", "2001:db8::7", true)]
    [InlineData("localhost", null, false)]
    [InlineData("127.0.0.1", "0.0.0.0", false)]
    [InlineData("127.0.0.1", "example.com", false)]
    public void What_nobody_could_be_told_is_refused(string listen, string? advertise, bool isValid) =>
        Errors(new PluggableOptions { Listen = listen, Advertise = advertise }).Should().HaveCount(isValid ? 0 : 1);

    [Theory]
    [InlineData("Home", "snowflake 192.0.2.3:80", "A bridge's name has 1 to 32")]
    [InlineData("-home", "snowflake 192.0.2.3:80", "A bridge's name has 1 to 32")]
    [InlineData("home", "obfs4 192.0.2.3:80", "The line of the bridge home is not valid: an obfs4 bridge has cert=")]
    [InlineData("home", "meek 192.0.2.3:80", "The bridge home needs a program for meek.")]
    public void A_bridge_that_could_not_be_dialled_is_refused(string name, string line, string why) =>
        Errors(new PluggableOptions { Bridges = new Dictionary<string, string> { [name] = line } }).Should().ContainSingle().Which.Should().StartWith(why);

    [Theory]
    [InlineData("Obfs4", "/bin/x", "A method's name has lower case letters")]
    [InlineData("meek", null, "No program is usual for meek.")]
    [InlineData("meek", "meek-client", "Write an absolute path for meek.")]
    public void A_program_that_could_not_be_started_is_refused(string method, string? path, string why) =>
        Errors(new PluggableOptions { Programs = new Dictionary<string, PluggableProgramOptions> { [method] = new() { Path = path } } }).Should().ContainSingle().Which.Should().StartWith(why);

    [Theory]
    [InlineData("0.0.0.0:0", null)]
    [InlineData(null, "0.0.0.0:443")]
    [InlineData(null, "198.51.100.4:0")]
    public void A_services_place_has_a_port_that_stays_and_an_address_that_is_one(string? listen, string? advertise)
    {
        PluggableServiceOptions options = Options(listen, advertise);

        options.Validate(new ValidationContext(options)).Should().ContainSingle();
        ServiceCheck.Of(Definition(Public, options), new Obfs4Identities(Public.AdvertisedAddress), Public)!.Kind.Should().Be(PublishErrorKind.InvalidOptions);
    }

    [Fact]
    public void Ports_beyond_the_last_are_refused() =>
        ServiceCheck.Of(Definition(Public, Options("0.0.0.0:65535", null)), new Obfs4Identities(Public.AdvertisedAddress), Public)!.Kind.Should().Be(PublishErrorKind.InvalidOptions);

    private static string[] Errors(PluggableOptions options) => [.. options.Validate(new ValidationContext(options)).Select(result => result.ErrorMessage!)];

    private static PluggableServiceOptions Options(string? listen, string? advertise) => new()
    {
        Listen = listen is null ? null : IPEndPoint.Parse(listen),
        Advertise = advertise is null ? null : IPEndPoint.Parse(advertise),
    };

    private static ServiceDefinition Definition(PluggableOptions options, PluggableServiceOptions? own) => new()
    {
        Name = "node",
        Identity = new Obfs4Identities(options.AdvertisedAddress).Create(),
        Ports = [80, 443],
        Options = own,
    };
}
