using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace Klyntar.Overlay.Transports.Socks.Tests;

public sealed class SocksOptionsTests
{
    private static readonly SocksUpstreamOptions Valid = new() { Server = new IPEndPoint(IPAddress.Loopback, 1080), Suffixes = [".loki"] };

    public static TheoryData<string, object> Faults { get; } = new()
    {
        { "That is no server*", Valid with { Server = new DnsEndPoint("proxy.example", 1080) } },
        { "That is no server*", Valid with { Server = new IPEndPoint(IPAddress.Loopback, 0) } },
        { "Nothing would be dialled*", Valid with { Suffixes = [] } },
        { "There are 65 suffixes*", Valid with { Suffixes = [.. Enumerable.Range(0, 65).Select(i => $".n{i}")] } },
        { "A suffix is a dot*", Valid with { Suffixes = ["loki"] } },
        { "A suffix is a dot*", Valid with { Suffixes = ["."] } },
        { "A suffix is a dot*", Valid with { Suffixes = ["..loki"] } },
        { "A suffix is a dot*", Valid with { Suffixes = [".lo ki"] } },
        { "A suffix is a dot*", Valid with { Suffixes = ["." + new string('a', 100)] } },
        { "Suffixes are written in lower case*", Valid with { Suffixes = [".Loki"] } },
        { "Names that end in .onion*", Valid with { Suffixes = [".onion"] } },
        { "Names that end in .i2p*", Valid with { Suffixes = [".b32.i2p"] } },
        { "Names that end in .zeronet*", Valid with { Suffixes = [".zeronet"] } },
        { "Names do not end in a number*", Valid with { Suffixes = [".1"] } },
        { "A user has a password*", Valid with { User = "me" } },
        { "A user has a password*", Valid with { PasswordFile = "/secret" } },
        { "A user name has 1 to 255 bytes*", Valid with { User = "", PasswordFile = "/secret" } },
        { "The path is not absolute*", Valid with { User = "me", PasswordFile = "secret" } },
        { "With a user of its own*", Valid with { User = "me", PasswordFile = "/secret", Isolation = true } },
    };

    [Fact]
    public void What_is_right_is_taken()
    {
        Check(Valid).Should().BeEmpty();
        Check(Valid with { Server = new UnixDomainSocketEndPoint("/run/proxy"), User = "me", PasswordFile = "/secret", Suffixes = [".a.b", ".loki"], Names = true, Addresses = true }).Should().BeEmpty();
        Check(Of(("lokinet", Valid), ("exit-2", Valid with { Suffixes = [], Names = true }))).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_with_an_upstream_is_told_with_the_next_step(string message, object upstream) =>
        Check((IValidatableObject)upstream).Should().ContainSingle().Which.Should().Match(message).And.EndWith(".");

    [Fact]
    public void What_two_upstreams_claim_is_told()
    {
        Check(Of(("a", Valid), ("b", Valid))).Should().ContainSingle().Which.Should().Be("The suffix \".loki\" is named twice. Leave it to one upstream.");
        Check(Of(("a", Valid with { Names = true }), ("b", Valid with { Suffixes = [], Names = true }))).Should().ContainSingle().Which.Should().StartWith("Several upstreams take all other names.");
        Check(Of(("a", Valid with { Addresses = true }), ("b", Valid with { Suffixes = [], Addresses = true }))).Should().ContainSingle().Which.Should().StartWith("Several upstreams take IP addresses.");
        Check(Of()).Should().ContainSingle().Which.Should().Be("There are 0 upstreams. Name 1 to 64 SOCKS5 servers.");
        Check(Of(("A b", Valid))).Should().ContainSingle().Which.Should().StartWith("The name of an upstream has");
    }

    [Theory]
    [InlineData(false, false, null, false)]
    [InlineData(true, false, null, true)]
    [InlineData(false, true, null, true)]
    [InlineData(true, true, false, false)]
    [InlineData(false, false, true, true)]
    public void A_way_to_the_ordinary_network_shows_the_address_unless_its_operator_knows_better(bool names, bool addresses, bool? said, bool shows) =>
        new SocksTransportFactory().ShowsAddress(Of(("a", Valid with { Names = names, Addresses = addresses, ShowsAddress = said }))).Should().Be(shows);

    [Fact]
    public void Capabilities_are_those_that_all_upstreams_have()
    {
        SocksUpstreamOptions able = Valid with { HalfClose = true, Isolation = true };
        SocksUpstreamOptions unable = Valid with { Suffixes = [".nym"], Unconfirmed = true };
        new SocksTransport(Of(("a", able))).Capabilities.Should().Be(new TransportCapabilities { HalfClose = true, Isolation = true, SharedAddress = true });
        new SocksTransport(Of(("a", able), ("b", unable))).Capabilities.Should().Be(new TransportCapabilities { SharedAddress = true, UnconfirmedDials = true });
    }

    [Fact]
    public void The_assembly_names_its_factory()
    {
        var factory = new SocksTransportFactory();
        factory.EnabledByDefault.Should().BeFalse();
        factory.Create(Of(("a", Valid))).Name.Should().Be(factory.Name).And.Be("socks");
        factory.Invoking(f => f.Create(new object())).Should().Throw<ArgumentException>();
        factory.ShowsAddress(new object()).Should().BeTrue();
        typeof(SocksTransportFactory).Assembly.GetCustomAttribute<OverlayTransportAttribute>()!.Factory.Should().Be<SocksTransportFactory>();
    }

    private static SocksOptions Of(params (string Name, SocksUpstreamOptions Options)[] upstreams) => new() { Upstreams = upstreams.ToDictionary(u => u.Name, u => u.Options) };

    private static string[] Check(IValidatableObject options) => [.. options.Validate(new ValidationContext(options)).Select(r => r.ErrorMessage!)];
}
