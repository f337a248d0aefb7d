using System.Collections.Immutable;
using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Sandbox.Tests;

public sealed class I2pdConfGuardTests
{
    private static readonly RouterPlace Place = new(IPAddress.Parse("127.200.3.4"), 10_001, 10_002);

    private static readonly ImmutableArray<string> Router = SandboxI2pdConf.OfRouter(Place, isFloodfill: true);

    private static readonly ImmutableArray<string> Joining = [.. SandboxI2pdConf.Joining("/a folder/routers.zip"), .. SandboxI2pdConf.At(Place, isFloodfill: false)];

    [Fact]
    public void What_the_sandbox_writes_is_let_through()
    {
        I2pdConfGuard.Check(Router);
        I2pdConfGuard.CheckJoining(Joining);
        I2pdConfGuard.CheckJoining(PrivateI2PNetwork.SoloLines());
    }

    [Theory]
    [InlineData("netid=2")]
    [InlineData("netid=02")]
    [InlineData("netid=")]
    [InlineData("netid=77 # 2")]
    [InlineData("host=192.0.2.1")]
    [InlineData("host=127.1")]
    [InlineData("host=2130706433")]
    [InlineData("host=::1")]
    [InlineData("address4=0.0.0.0")]
    [InlineData("address4=")]
    [InlineData("sam.address=0.0.0.0")]
    [InlineData("ipv6=true")]
    [InlineData("ipv6=1")]
    [InlineData("reseed.urls=https://reseed.example/")]
    [InlineData("reseed.yggurls=http://[301::1]/")]
    [InlineData("reseed.threshold=25")]
    [InlineData("nettime.enabled=true")]
    [InlineData("nettime.frompeers=true")]
    [InlineData("upnp.enabled=true")]
    [InlineData("ssu2.enabled=true")]
    [InlineData("http.enabled=true")]
    [InlineData("httpproxy.enabled=yes")]
    [InlineData("socksproxy.enabled=on")]
    [InlineData("addressbook.defaulturl=http://hosts.example/")]
    [InlineData("addressbook.defaulturl=http://a.i2p@hosts.example/")]
    [InlineData("addressbook.defaulturl=https://a.i2p/hosts.txt")]
    [InlineData("addressbook.subscriptions=http://a.i2p/,http://hosts.example/")]
    [InlineData("addressbook.subscriptions=http://hosts.example/,http://a.i2p/")]
    public void A_value_that_could_lead_beyond_loopback_is_refused_by_name(string line) =>
        Refused([.. Router.Where(l => l.Split('=')[0] != line.Split('=')[0]), line]).WithMessage($"A sandbox configuration of i2pd was refused: in '{line}' *");

    [Theory]
    [InlineData("reseed.floodfill=/tmp/x")]
    [InlineData("reseed.file=https://reseed.example/i2pseeds.su3")]
    [InlineData("reseed.zipfile=https://reseed.example/x.zip")]
    [InlineData("reseed.proxy=socks://192.0.2.1:1")]
    [InlineData("ntcp2.proxy=socks://192.0.2.1:1")]
    [InlineData("nettime.ntpservers=ntp.example")]
    [InlineData("ifname=eth0")]
    [InlineData("meshnets.yggdrasil=true")]
    [InlineData("httpproxy.outproxy=http://192.0.2.1")]
    [InlineData("conf=/etc/i2pd/i2pd.conf")]
    [InlineData("[reseed]")]
    [InlineData("# a comment")]
    [InlineData("")]
    [InlineData("loglevel=warn\nifname=eth0")]
    [InlineData(" ssu2.enabled=true")]
    [InlineData("netid=78")]
    public void A_line_that_is_not_known_to_be_harmless_is_refused(string line) => Refused(Router.Add(line)).WithMessage("A sandbox configuration of i2pd was refused: in '*");

    [Fact]
    public void A_configuration_that_lacks_what_keeps_i2pd_on_loopback_is_refused()
    {
        foreach (string key in new[] { "netid", "host", "address4", "ipv6", "reseed.urls", "reseed.yggurls", "nettime.enabled", "upnp.enabled", "ssu2.enabled", "addressbook.defaulturl", "http.enabled", "sam.address" })
        {
            Refused(Router.Where(l => l.Split('=')[0] != key)).WithMessage($"*lacks {key}.");
        }
    }

    [Fact]
    public void No_foreign_address_passes_wherever_it_stands()
    {
        Gen<string> keys = Gen.OneOf([.. Router.Select(l => l.Split('=')[0])]);
        Gen<string> addresses = Gen.Byte.Array[4].Where(b => b[0] != 127).Select(b => new IPAddress(b).ToString());
        Gen.Select(keys, addresses, Gen.OneOf("", "127.0.0.1 ", "http://a.i2p/,")).Sample((key, address, before) =>
            Refused([.. Router.Where(l => l.Split('=')[0] != key), $"{key}={before}{address}"]));
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<InvalidOperationException> Refused(IEnumerable<string> lines)
    {
        Action check = () => I2pdConfGuard.Check(lines);
        return check.Should().Throw<InvalidOperationException>();
    }
}
