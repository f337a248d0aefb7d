using System.Text;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ControlCommandTests
{
    [Fact]
    public void Commands_are_written_as_the_specification_says()
    {
        Line(ControlCommand.ProtocolInfo()).Should().Be("PROTOCOLINFO 1");
        Line(ControlCommand.AuthChallenge([0xAB, 0x01])).Should().Be("AUTHCHALLENGE SAFECOOKIE AB01");
        Line(ControlCommand.Authenticate()).Should().Be("AUTHENTICATE");
        Line(ControlCommand.Authenticate([0xAB, 0x01])).Should().Be("AUTHENTICATE AB01");
        Line(ControlCommand.AuthenticatePassword("a\"b\\é")).Should().Be("AUTHENTICATE \"a\\\"b\\\\\\303\\251\"");
        Line(ControlCommand.TakeOwnership()).Should().Be("TAKEOWNERSHIP");
        Line(ControlCommand.SetEvents()).Should().Be("SETEVENTS");
        Line(ControlCommand.SetEvents("STREAM", "CIRC")).Should().Be("SETEVENTS STREAM CIRC");
        Line(ControlCommand.GetInfo("version", "status/bootstrap-phase")).Should().Be("GETINFO version status/bootstrap-phase");
        Line(ControlCommand.GetConf("SocksPort")).Should().Be("GETCONF SocksPort");
        Line(ControlCommand.SetConf(("Bridge", "a b"), ("UseBridges", null))).Should().Be("SETCONF Bridge=\"a b\" UseBridges");
        Line(ControlCommand.Signal("SHUTDOWN")).Should().Be("SIGNAL SHUTDOWN");
        Line(ControlCommand.CloseCircuit("12")).Should().Be("CLOSECIRCUIT 12");
        Line(ControlCommand.FetchDescriptor("abc")).Should().Be("HSFETCH abc");
        Line(ControlCommand.DelOnion("abc")).Should().Be("DEL_ONION abc");
    }

    [Fact]
    public void ADD_ONION_carries_our_key_several_ports_and_always_discards_the_key()
    {
        ControlCommand command = ControlCommand.AddOnion(new AddOnionRequest("ED25519-V3:c2VjcmV0"u8.ToArray(), [(80, "unix:/run/v1"), (443, "127.0.0.1:5000")])
        {
            Flags = ["MaxStreamsCloseCircuit"],
            Arguments = [("MaxStreams", "5")],
        });

        Line(command).Should().Be("ADD_ONION ED25519-V3:c2VjcmV0 Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams=5 Port=80,unix:/run/v1 Port=443,127.0.0.1:5000");
        command.IsSecret.Should().BeTrue();
        command.ToString().Should().Be("ADD_ONION");
        command.Wipe();
        command.Line.ToArray().Should().OnlyContain(b => b == 0);
    }

    [Fact]
    public void ONION_CLIENT_AUTH_ADD_carries_a_key_that_is_wiped()
    {
        var command = ControlCommand.AddClientKey("abc", "x25519:c2VjcmV0"u8);

        Line(command).Should().Be("ONION_CLIENT_AUTH_ADD abc x25519:c2VjcmV0");
        command.IsSecret.Should().BeTrue();
        command.ToString().Should().Be("ONION_CLIENT_AUTH_ADD");
        command.Wipe();
        command.Line.ToArray().Should().OnlyContain(b => b == 0);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\r\nQUIT")]
    [InlineData("a\"b")]
    [InlineData("")]
    [InlineData("snow\u2603")]
    public void What_would_become_another_command_or_word_is_refused_without_being_shown(string word)
    {
        Action act = () => ControlCommand.DelOnion(word);
        act.Should().Throw<ArgumentException>().Which.Message.Should().NotContain("QUIT");
    }

    [Fact]
    public void A_value_cannot_break_out_of_its_quotes() =>
        Line(ControlCommand.SetConf(("Nickname", "a\"\r\nQUIT"))).Should().Be("SETCONF Nickname=\"a\\\"\\015\\012QUIT\"");

    private static string Line(ControlCommand command)
    {
        string line = Encoding.Latin1.GetString(command.Line.Span);
        line.Should().EndWith("\r\n");
        return line[..^2];
    }
}
