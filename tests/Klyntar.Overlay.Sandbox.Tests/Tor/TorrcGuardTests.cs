using System.Collections.Immutable;
using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Sandbox.Tests;

public sealed class TorrcGuardTests
{
    private static readonly ImmutableArray<TorAuthority> Authorities =
    [
        new("a0", "127.200.3.4", 10_001, 10_002, new string('A', 40), new string('B', 40)),
        new("a1", "127.200.3.4", 10_003, 10_004, new string('C', 40), new string('D', 40)),
    ];

    private static readonly TorNodeFolder Folder = new("/tmp/a folder/with \"quotes\"");

    private static readonly ImmutableArray<string> Client = SandboxTorrc.OfClient(SandboxTorrc.Joining(Authorities), Folder);

    [Fact]
    public void What_the_sandbox_writes_is_let_through()
    {
        TorrcGuard.Check(SandboxTorrc.Joining(Authorities));
        TorrcGuard.Check(Client);
        TorrcGuard.Check(SandboxTorrc.OfAuthority(Authorities, Authorities[0], Folder, DateTimeOffset.UnixEpoch));
        TorrcGuard.Check([.. Client, "", "  ", "# a comment about 192.0.2.1"]);
    }

    [Theory]
    [InlineData("TestingTorNetwork 0")]
    [InlineData("TestingTorNetwork")]
    [InlineData("DirAuthority x orport=1 v3ident=AA 192.0.2.1:80 BB")]
    [InlineData("DirAuthority x orport=1 v3ident=AA example.com:80 BB")]
    [InlineData("DirAuthority x orport=1 v3ident=AA ipv6=[2001:db8::1]:80 127.0.0.1:80 BB")]
    [InlineData("DirAuthority x orport=1 v3ident=AA 127.0.0.1:80 10.0.0.1:80 BB")]
    [InlineData("DirAuthority x 128.0.0.1:80 BB")]
    [InlineData("FallbackDir 192.0.2.1:80 orport=1 id=AA")]
    [InlineData("FallbackDir 127.0.0.1:80 orport=1 id=AA")]
    [InlineData("AlternateDirAuthority x 127.0.0.1:80 BB")]
    [InlineData("Bridge 127.0.0.1:80")]
    [InlineData("UseBridges 1")]
    [InlineData("ClientTransportPlugin obfs4 exec /usr/bin/obfs4proxy")]
    [InlineData("ServerTransportPlugin obfs4 exec /usr/bin/obfs4proxy -unsafeLogging")]
    [InlineData("ServerTransportPlugin obfs4 proxy 127.0.0.1:1")]
    [InlineData("ServerTransportListenAddr obfs4 0.0.0.0:443")]
    [InlineData("ServerTransportListenAddr obfs4 192.0.2.1:443")]
    [InlineData("ExtORPort auto")]
    [InlineData("PublishServerDescriptor 1")]
    [InlineData("PublishServerDescriptor bridge")]
    [InlineData("Socks5Proxy 127.0.0.1:1080")]
    [InlineData("%include /etc/tor/torrc")]
    [InlineData("ORPort 9001")]
    [InlineData("ORPort auto")]
    [InlineData("ORPort 0.0.0.0:9001")]
    [InlineData("ORPort [::]:9001")]
    [InlineData("SocksPort 192.0.2.1:auto")]
    [InlineData("SocksPort localhost:9050")]
    [InlineData("ControlPort 0.0.0.0:auto")]
    [InlineData("DirPort 127.1:80")]
    [InlineData("DirPort 0x7f.0.0.1:80")]
    [InlineData("DirPort 2130706433:80")]
    [InlineData("DirPort 127.0.0.1:70000")]
    [InlineData("Address example.com")]
    [InlineData("Address 192.0.2.1")]
    [InlineData("OutboundBindAddress 0.0.0.0")]
    [InlineData("OutboundBindAddress 127.0.0.1 192.0.2.1")]
    [InlineData("ExitRelay 1")]
    [InlineData("ExitPolicy accept *:*")]
    [InlineData("Log notice syslog\\")]
    [InlineData("Log notice stdout\nORPort 9001")]
    [InlineData("Nickname 192.0.2.1:80")]
    [InlineData("+DirAuthority x 127.0.0.1:80 BB")]
    [InlineData("HiddenServiceDir /tmp/x")]
    [InlineData("dirauthority x 192.0.2.1:80 BB")]
    public void A_line_that_could_lead_beyond_loopback_is_refused_by_name(string line)
    {
        Action check = () => TorrcGuard.Check(Client.Add(line));

        check.Should().Throw<InvalidOperationException>().WithMessage($"A sandbox torrc was refused: *'{line}'*");
    }

    [Theory]
    [InlineData("TestingTorNetwork", "*TestingTorNetwork 1*")]
    [InlineData("DirAuthority", "*DirAuthority*")]
    [InlineData("OutboundBindAddress", "*OutboundBindAddress*")]
    public void A_torrc_that_lacks_what_keeps_tor_on_loopback_is_refused(string lacking, string message)
    {
        Action check = () => TorrcGuard.Check(Client.Where(l => !l.StartsWith(lacking, StringComparison.Ordinal)));

        check.Should().Throw<InvalidOperationException>().WithMessage(message);
    }

    [Fact]
    public void No_option_with_a_foreign_address_passes_whatever_stands_around_it()
    {
        Gen<string> keys = Gen.OneOf("DirAuthority", "ORPort", "DirPort", "SocksPort", "ControlPort", "Address", "OutboundBindAddress", "Nickname", "Log", "ContactInfo");
        Gen<string> addresses = Gen.Byte.Array[4].Where(b => b[0] != 127).Select(b => new IPAddress(b).ToString());
        Gen<string> words = Gen.OneOf("", "127.0.0.1:80 ", "orport=1 ", "a ", "\"");
        Gen.Select(keys, words, addresses, Gen.OneOf("", ":80"), Gen.OneOf("", " 127.0.0.1:80", "\"")).Sample((key, before, address, port, after) =>
        {
            Action check = () => TorrcGuard.Check(Client.Add($"{key} {before}{address}{port}{after}"));
            check.Should().Throw<InvalidOperationException>();
        });
    }
}
