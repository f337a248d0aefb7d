using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ExternalOptionsTests
{
    private static readonly TorOptions External = new() { Control = new IPEndPoint(IPAddress.Loopback, 9051) };

    public static TheoryData<string, TorOptions> Contradictions => new()
    {
        { nameof(TorOptions.Torrc), External with { Torrc = ["ClientOnly 1"] } },
        { nameof(TorOptions.Program), External with { Program = "/usr/bin/tor" } },
        { nameof(TorOptions.Bridges), External with { Bridges = ["192.0.2.1:1"] } },
        { nameof(TorOptions.PluggableTransports), External with { PluggableTransports = new Dictionary<string, string> { ["obfs4"] = "/x" } } },
        { nameof(TorOptions.VanguardsLite), External with { VanguardsLite = true } },
        { nameof(TorOptions.CookieFile), new TorOptions { CookieFile = "/x" } },
        { nameof(TorOptions.PasswordFile), new TorOptions { PasswordFile = "/x" } },
        { nameof(TorOptions.TrustControl), new TorOptions { TrustControl = true } },
        { nameof(TorOptions.Socks), new TorOptions { Socks = External.Control } },
        { nameof(TorOptions.ServiceListen), new TorOptions { ServiceListen = External.Control } },
        { nameof(TorOptions.CookieFile), External with { CookieFile = "cookie" } },
        { nameof(TorOptions.PasswordFile), External with { PasswordFile = "./password" } },
        { nameof(TorOptions.Control), External with { Control = new IPEndPoint(IPAddress.Loopback, 0) } },
        { nameof(TorOptions.Socks), External with { Socks = new DnsEndPoint("localhost", 9050) } },
        { nameof(TorOptions.ServiceListen), External with { ServiceListen = new UnixDomainSocketEndPoint("/x") } },
        { nameof(TorOptions.ServiceListen), External with { ServiceListen = new IPEndPoint(IPAddress.Any, 0) } },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task Settings_that_contradict_each_other_are_named(string name, TorOptions options)
    {
        var problems = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true).Should().BeFalse();
        problems.Should().ContainSingle().Which.MemberNames.Should().Equal(name);
        using var context = new Testing.TestTransportContext();
        await using var transport = new TorTransport(options);
        await transport.Awaiting(t => t.StartAsync(context, TestContext.Current.CancellationToken)).Should().ThrowAsync<OverlayException>().WithMessage($"*{name}*");
    }

    [Fact]
    public void All_that_is_about_an_external_tor_goes_together()
    {
        TorOptions options = External with { CookieFile = "/c", PasswordFile = "/p", TrustControl = true, Socks = new UnixDomainSocketEndPoint("/s"), ServiceListen = new IPEndPoint(IPAddress.Loopback, 17600) };
        Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true).Should().BeTrue();
    }

    [Theory]
    [InlineData("0.4.1.4", true)]
    [InlineData("0.4.1.5", false)]
    [InlineData("0.4.9.11-rc (git-0123456789abcdef)", false)]
    [InlineData("0.2.9.17-alpha-dev", true)]
    [InlineData("unknown", false)]
    [InlineData(null, false)]
    public void A_version_is_too_old_before_0_4_1_5(string? version, bool isTooOld) => TorVersion.IsTooOld(version).Should().Be(isTooOld);

    [Fact]
    public void SOCKS_listeners_are_read_as_tor_writes_them()
    {
        SocksListeners.Parse("\"127.0.0.1:9050\" \"[::1]:9050\" \"unix:/run/tor/socks\" \"nonsense\" \"unix:relative\" \"127.0.0.1:0\" \"10.0.0.1:1\"").Select(e => e.ToString())
            .Should().Equal("127.0.0.1:9050", "[::1]:9050", "/run/tor/socks", "10.0.0.1:1");
        SocksListeners.Parse(null).Should().BeEmpty();
        SocksListeners.Parse("\"127.0.0.1:9050").Should().BeEmpty("it does not end");
        SocksListeners.Parse(string.Concat(Enumerable.Repeat("\"127.0.0.1:9050\" ", 100))).Should().HaveCount(16);
    }
}
