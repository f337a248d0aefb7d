using CsCheck;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ControlEventsTests
{
    [Fact]
    public void A_bootstrap_phase_is_read_from_the_event_and_from_the_answer()
    {
        StatusEvent status = StatusEvent.TryParse(Message("650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=85 TAG=ap_conn_done SUMMARY=\"Connected to a relay to build circuits\"\r\n"))!;
        status.Action.Should().Be("BOOTSTRAP");
        BootstrapPhase.From(status.Arguments).Should().Be(new BootstrapPhase(85, "Connected to a relay to build circuits", null));
        BootstrapPhase.TryParse("NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"")!.IsDone.Should().BeTrue();
        BootstrapPhase.TryParse("WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY=\"Connecting\" WARNING=\"No route to host\" REASON=NOROUTE COUNT=3 RECOMMENDATION=warn")
            .Should().Be(new BootstrapPhase(5, "Connecting", "No route to host"));
    }

    [Theory]
    [InlineData("NOTICE BOOTSTRAP TAG=done")]
    [InlineData("NOTICE BOOTSTRAP PROGRESS=101")]
    [InlineData("NOTICE BOOTSTRAP PROGRESS=-1")]
    [InlineData("NOTICE BOOTSTRAP PROGRESS=1 SUMMARY=\"a")]
    [InlineData("")]
    [InlineData(null)]
    public void A_phase_that_is_none_is_refused(string? value) => BootstrapPhase.TryParse(value).Should().BeNull();

    [Fact]
    public void Descriptor_events_are_read()
    {
        HsDescEvent.TryParse(Message("650 HS_DESC UPLOADED abc UNKNOWN $AB~relay\r\n")).Should().Be(new HsDescEvent("UPLOADED", "abc", "$AB~relay", null));
        HsDescEvent.TryParse(Message("650 HS_DESC FAILED abc NO_AUTH $AB~relay desc REASON=UPLOAD_REJECTED\r\n")).Should().Be(new HsDescEvent("FAILED", "abc", "$AB~relay", "UPLOAD_REJECTED") { DescriptorId = "desc" });
        StatusEvent.TryParse(Message("650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=-3600 MIN_SKEW=1 SOURCE=DIRSERV:127.0.0.1:1\r\n"))!.ClockSkew.Should().Be(TimeSpan.FromHours(-1));
        StatusEvent.TryParse(Message("650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=soon\r\n"))!.ClockSkew.Should().BeNull();
        TransportLaunchedEvent.TryParse(Message("650 TRANSPORT_LAUNCHED client obfs4 127.0.0.1 40000\r\n")).Should().Be(new TransportLaunchedEvent(true, "obfs4"));
        TransportLaunchedEvent.TryParse(Message("650 TRANSPORT_LAUNCHED server obfs4 127.0.0.1 40000\r\n")).Should().Be(new TransportLaunchedEvent(false, "obfs4"));
        TransportLaunchedEvent.TryParse(Message("650 TRANSPORT_LAUNCHED peer obfs4\r\n")).Should().BeNull();
        HsDescEvent.TryParse(Message("650 HS_DESC UPLOADED\r\n")).Should().BeNull();
        HsDescEvent.TryParse(Message("650 HS_DESC_CONTENT UPLOADED abc\r\n")).Should().BeNull();
        HsDescEvent.TryParse(Message("250 HS_DESC UPLOADED abc UNKNOWN x\r\n")).Should().BeNull("a reply is no event");
    }

    [Fact]
    public void Circuit_and_stream_events_are_read_with_their_isolation()
    {
        CircuitEvent.TryParse(Message("650 CIRC 7 BUILT $AB~a,$CD~b BUILD_FLAGS=IS_INTERNAL PURPOSE=HS_CLIENT_REND HS_STATE=HSCR_JOINED REND_QUERY=abc TIME_CREATED=2026-10-07T00:00:00.000000 SOCKS_USERNAME=\"user\" SOCKS_PASSWORD=\"0\"\r\n"))
            .Should().Be(new CircuitEvent("7", "BUILT", "$AB~a,$CD~b", "HS_CLIENT_REND", "HSCR_JOINED", null, "user"));
        CircuitEvent.TryParse(Message("650 CIRC 7 LAUNCHED PURPOSE=GENERAL\r\n"))!.Path.Should().BeNull();
        StreamEvent.TryParse(Message("650 STREAM 31 SENTCONNECT 7 abc.onion:80 SOCKS_USERNAME=\"user\" SOCKS_PASSWORD=\"0\" CLIENT_PROTOCOL=SOCKS5\r\n"))
            .Should().Be(new StreamEvent("31", "SENTCONNECT", "7", "abc.onion:80", "user"));
        StreamEvent.TryParse(Message("650 STREAM 31 NEW\r\n")).Should().BeNull();
    }

    [Fact]
    public void Any_event_text_is_read_or_refused_without_an_exception() =>
        Gen.OneOf("STATUS_CLIENT", "HS_DESC", "CIRC", "STREAM", " ", "=", "\"", "\\", "PROGRESS=", "99", "A").Array[0, 20].Sample(pieces =>
        {
            ControlMessage message = new([new ControlLine(650, string.Concat(pieces))]);
            _ = HsDescEvent.TryParse(message);
            _ = CircuitEvent.TryParse(message);
            _ = StreamEvent.TryParse(message);
            if (StatusEvent.TryParse(message) is { } status)
            {
                _ = BootstrapPhase.From(status.Arguments);
            }
        });

    private static ControlMessage Message(string wire) => ControlRepliesTests.Message(wire);
}
