using System.Net;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2pdConfTests
{
    private static readonly IPEndPoint Sam = new(IPAddress.Loopback, 17610);

    [Theory]
    [InlineData("")]
    [InlineData("  # a comment")]
    [InlineData("netid=77")]
    [InlineData(" ntcp2.port = 20001 ")]
    [InlineData("reseed.urls=")]
    [InlineData("reseed.proxy=socks://127.0.0.1:9050")]
    [InlineData("upnp.enabled=true")]
    [InlineData("certsdir=/usr/share/i2pd/certificates")]
    [InlineData("bandwidth=P")]
    public void An_operators_lines_are_taken(string line) => I2pdConf.Check([line]).Should().BeEmpty();

    [Theory]
    [InlineData("sam.port=7656", "sam.port cannot be set here")]
    [InlineData("sam.address=0.0.0.0", "sam.address")]
    [InlineData("http.enabled=true", "http.enabled")]
    [InlineData("  httpproxy.enabled = true", "httpproxy.enabled")]
    [InlineData("socksproxy.enabled=1", "socksproxy.enabled")]
    [InlineData("i2pcontrol.enabled=1", "i2pcontrol.enabled")]
    [InlineData("datadir=/x", "datadir")]
    [InlineData("daemon=true", "daemon")]
    [InlineData("log=file", "log")]
    [InlineData("unix.handle_sigtstp=true", "unix.handle_sigtstp")]
    [InlineData("addressbook.enabled=false", "address book")]
    [InlineData("[sam]", "Write its name before each key")]
    [InlineData("port", "form key=value")]
    [InlineData("=5", "form key=value")]
    [InlineData("netid=77", "set already")]
    [InlineData("netid=78\nsam.port=1", "a character that is not to be seen")]
    [InlineData("host=a\u0085b", "a character that is not to be seen")]
    public void What_the_gateway_sets_itself_or_forbids_is_refused_by_name_and_place(string line, string why)
    {
        string problem = I2pdConf.Check(["netid=77", line]).Should().ContainSingle().Subject;
        problem.Should().StartWith("i2pdConf[1]: ").And.Contain(why);
    }

    [Fact]
    public void The_file_has_a_bridge_on_loopback_and_no_other_door()
    {
        string[] lines = I2pdConf.Text(Sam, []).Split('\n');
        lines.Should().Contain(["sam.enabled=true", "sam.address=127.0.0.1", "sam.port=17610", "upnp.enabled=false", "reseed.verify=true"]);
        lines.Should().Contain(["http.enabled=false", "httpproxy.enabled=false", "socksproxy.enabled=false", "bob.enabled=false", "i2cp.enabled=false", "i2pcontrol.enabled=false"]);
        lines.Should().NotContain(l => l.StartsWith("reseed.urls"), "the public network's servers are i2pd's own");
    }

    [Fact]
    public void What_the_operator_says_comes_in_the_place_of_a_default()
    {
        string[] lines = I2pdConf.Text(Sam, [" reseed.verify=false", "", "# mine", "netid=77"]).Split('\n');
        lines.Should().Contain(["reseed.verify=false", "netid=77", "upnp.enabled=false"]).And.NotContain("reseed.verify=true");
    }

    [Fact]
    public void A_key_that_the_router_does_not_know_is_named()
    {
        string[] help = ["General options:", "  --netid arg (=2)                      Specify NetID. Main I2P is 2", "  --ntcp2.port arg (=0)                 Port", "  --nat                                 NAT"];
        I2pdConf.CheckKnown(["netid=77", "# x", "ntcp2.prot=1", "nat=false", "netid.x=2"], help)
            .Should().Equal("ntcp2.prot is no setting of this i2pd. Correct or remove the line.", "netid.x is no setting of this i2pd. Correct or remove the line.");
    }
}
