using System.Net;
using System.Text;

namespace Klyntar.Overlay.Socks.Tests;

public class SocksReplyTests
{
    public static TheoryData<DialErrorKind> Kinds => [.. Enum.GetValues<DialErrorKind>()];

    public static TheoryData<SocksRefusal> Refusals => [.. Enum.GetValues<SocksRefusal>()];

    [Fact]
    public void A_connection_is_confirmed_in_the_client_s_protocol()
    {
        Hex(SocksReply.Connected(SocksProtocol.Socks5)).Should().Be("05000001000000000000");
        Hex(SocksReply.Connected(SocksProtocol.Socks4)).Should().Be("005A000000000000");
        Encoding.ASCII.GetString(SocksReply.Connected(SocksProtocol.Http).Span).Should().Be("HTTP/1.1 200 Connection established\r\n\r\n");
    }

    [Theory]
    [InlineData(DialErrorKind.NotFound, false, "04")]
    [InlineData(DialErrorKind.NotFound, true, "F0")]
    [InlineData(DialErrorKind.InvalidAddress, false, "01")]
    [InlineData(DialErrorKind.InvalidAddress, true, "F6")]
    [InlineData(DialErrorKind.NotAnOverlayName, true, "02")]
    [InlineData(DialErrorKind.PortClosed, true, "05")]
    public void SOCKS5_carries_the_cause(DialErrorKind kind, bool extended, string code) =>
        Hex(SocksReply.Failed(SocksProtocol.Socks5, kind, extended)).Should().Be($"05{code}0001000000000000");

    [Theory]
    [InlineData(DialErrorKind.NotAnOverlayName, 403)]
    [InlineData(DialErrorKind.InvalidAddress, 400)]
    [InlineData(DialErrorKind.NotFound, 404)]
    [InlineData(DialErrorKind.Refused, 502)]
    [InlineData(DialErrorKind.TransportNotReady, 503)]
    [InlineData(DialErrorKind.TimedOut, 504)]
    [InlineData(DialErrorKind.Internal, 500)]
    [InlineData((DialErrorKind)999, 500)]
    public void HTTP_carries_a_status(DialErrorKind kind, int status) => kind.HttpStatus().Should().Be(status);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_cause_has_a_reply_in_every_protocol(DialErrorKind kind)
    {
        foreach (bool extended in (bool[])[false, true])
        {
            byte[] reply = SocksReply.Failed(SocksProtocol.Socks5, kind, extended).ToArray();
            reply.Should().HaveCount(10);
            reply[1].Should().NotBe(0);
        }

        Hex(SocksReply.Failed(SocksProtocol.Socks4, kind, false)).Should().Be("005B000000000000");
        string http = Encoding.UTF8.GetString(SocksReply.Failed(SocksProtocol.Http, kind, false).Span);
        http.Should().StartWith($"HTTP/1.1 {kind.HttpStatus()} ").And.EndWith($"\r\n\r\n{kind.Sentence()}\n");
        kind.HttpStatus().Should().BeInRange(400, 599);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Every_refusal_has_a_sentence_a_label_and_replies(SocksRefusal refusal)
    {
        refusal.Sentence().Should().MatchRegex(@"(\.|HTTP/1\.1)$").And.NotContain("\n");
        refusal.MetricLabel().Should().MatchRegex("^[a-z_]+$");
        SocksReply.Refused(SocksProtocol.Socks5, refusal).ToArray()[1].Should().NotBe(0);
        Encoding.UTF8.GetString(SocksReply.Refused(SocksProtocol.Http, refusal).Span).Should().NotContain("500").And.MatchRegex("^HTTP/1.1 4|^HTTP/1.1 505");
    }

    [Fact]
    public void Refusals_have_labels_of_their_own() =>
        Enum.GetValues<SocksRefusal>().Select(r => r.MetricLabel()).Should().OnlyHaveUniqueItems();

    [Fact]
    public void A_look_up_is_answered_with_an_address()
    {
        Hex(SocksReply.Resolved(SocksProtocol.Socks5, IPAddress.Parse("192.0.2.7"))).Should().Be("05000001C00002070000");
        Hex(SocksReply.Resolved(SocksProtocol.Socks5, IPAddress.Parse("2001:db8::9"))).Should().Be("0500000420010DB80000000000000000000000090000");
        Hex(SocksReply.Resolved(SocksProtocol.Socks4, IPAddress.Parse("192.0.2.7"))).Should().Be("005A0000C0000207");
        Hex(SocksReply.Resolved(SocksProtocol.Socks4, IPAddress.Parse("2001:db8::9"))).Should().Be("005B000000000000");
    }

    [Fact]
    public void A_reverse_look_up_is_answered_with_a_name()
    {
        Hex(SocksReply.ResolvedName("a.b")).Should().Be("0500000303612E620000");
        Action tooLong = () => SocksReply.ResolvedName(new string('a', 256));
        Action foreign = () => SocksReply.ResolvedName("\u00E9");
        tooLong.Should().Throw<ArgumentException>();
        foreign.Should().Throw<ArgumentException>();
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
