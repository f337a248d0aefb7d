using System.Net;
using System.Text;

namespace Klyntar.Overlay.Socks.Tests;

public class HttpConnectTests
{
    [Fact]
    public void A_CONNECT_carries_name_port_and_credentials()
    {
        byte[] head = Wire.Connect("Example.onion:443", "Host: Example.onion:443", "User-Agent: curl/8", "pROXY-aUTHORIZATION:bASIC dTpwOnc=\t", "Empty:");

        ServerOutcome.Of([.. head, 0x16, 0x03]).Should().Be(new ServerOutcome
        {
            Step = SocksServerStep.Complete,
            Protocol = SocksProtocol.Http,
            Command = SocksCommand.Connect,
            Host = "Example.onion",
            Port = 443,
            HasCredentials = true,
            User = Convert.ToHexString("u"u8),
            Password = Convert.ToHexString("p:w"u8),
            Consumed = head.Length,
        });
    }

    [Fact]
    public void HTTP_1_0_will_do() =>
        ServerOutcome.Of(Wire.Text("CONNECT a.b:1 HTTP/1.0\r\n\r\n")).Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, Host = "a.b", Port = 1, HasCredentials = false });

    [Theory]
    [InlineData("[2001:db8::9]:80", "2001:db8::9")]
    [InlineData("[::ffff:192.0.2.7]:80", "::ffff:192.0.2.7")]
    [InlineData("192.0.2.7:80", "192.0.2.7")]
    public void An_address_arrives_as_one(string target, string address) =>
        ServerOutcome.Of(Wire.Connect(target)).Should().BeEquivalentTo(new { Address = IPAddress.Parse(address), Host = (string?)null });

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1:5666\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: 127.0.0.1:5666\r\nContent-Length: 3\r\n\r\n\x05\x01\0")]
    [InlineData("GET http://example.onion/ HTTP/1.1\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("CONNECTS a.b:80 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT\ta.b:80 HTTP/1.1\r\n\r\n")]
    [InlineData("CONnECT a.b:80 HTTP/1.1\r\n\r\n")]
    [InlineData("CO\r\n\r\n")]
    [InlineData("ZZZZ")]
    public void Any_other_method_is_refused_with_405_and_a_sentence(string head)
    {
        ServerOutcome outcome = ServerOutcome.Of(Wire.Text(head));

        outcome.Refusal.Should().Be(SocksRefusal.HttpMethod);
        Sent(outcome).Should().StartWith("HTTP/1.1 405 Method Not Allowed\r\nAllow: CONNECT\r\n").And.Contain("\r\n\r\nThis is a proxy port");
    }

    [Theory]
    [InlineData("CONNECT a.b:80 HTTP/1.1\n\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT a.b:80\r\n\r\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT  a.b:80 HTTP/1.1\r\n\r\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT a.b:80  HTTP/1.1\r\n\r\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT a b:80 HTTP/1.1\r\n\r\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT a.b:80 http/1.1\r\n\r\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT a.b:80 HTTP/1.1 \r\n\r\n", SocksRefusal.HttpRequestLine, 400)]
    [InlineData("CONNECT a.b:80 HTTP/2\r\n\r\n", SocksRefusal.HttpVersion, 505)]
    [InlineData("CONNECT a.b:80 HTTP/1.1\r\r\n\r\n", SocksRefusal.HttpVersion, 505)]
    [InlineData("CONNECT a.b HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b: HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b:0 HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b:65536 HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b:000080 HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b:+80 HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b:-1 HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT a.b:8x HTTP/1.1\r\n\r\n", SocksRefusal.InvalidPort, 400)]
    [InlineData("CONNECT :80 HTTP/1.1\r\n\r\n", SocksRefusal.EmptyHost, 400)]
    [InlineData("CONNECT []:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT ::1:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT [::1%25lo]:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT [192.0.2.7]:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT u@a.b:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT a.b?c=d:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT http://a.b:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT a\0b:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT a\rb:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    [InlineData("CONNECT \u00E9.b:80 HTTP/1.1\r\n\r\n", SocksRefusal.HostCharacters, 400)]
    public void A_malformed_request_line_is_refused(string head, SocksRefusal refusal, int status)
    {
        ServerOutcome outcome = ServerOutcome.Of(Wire.Text(head));

        outcome.Refusal.Should().Be(refusal);
        Sent(outcome).Should().StartWith($"HTTP/1.1 {status} ").And.EndWith($"\r\n\r\n{refusal.Sentence()}\n");
    }

    [Theory]
    [InlineData("NoColon")]
    [InlineData(": no name")]
    [InlineData("Name : space before the colon")]
    [InlineData(" Folded: line")]
    [InlineData("\tFolded: line")]
    [InlineData("N\u00E4me: not ASCII")]
    [InlineData("Name: nul\0")]
    [InlineData("Name: bare\rreturn")]
    [InlineData("Name: delete\x7F")]
    public void A_malformed_header_is_refused(string header) =>
        ServerOutcome.Of(Wire.Connect("a.b:80", "Host: a.b", header)).Refusal.Should().Be(SocksRefusal.HttpHeader);

    [Fact]
    public void A_header_that_ends_in_a_bare_LF_is_refused() =>
        ServerOutcome.Of(Wire.Text("CONNECT a.b:80 HTTP/1.1\r\nHost: a.b\n\r\n")).Refusal.Should().Be(SocksRefusal.HttpHeader);

    [Fact]
    public void Values_may_hold_tabs_and_bytes_beyond_ASCII() =>
        ServerOutcome.Of(Wire.Connect("a.b:80", "Name: a\tb \u00E9")).Step.Should().Be(SocksServerStep.Complete);

    [Theory]
    [InlineData("Proxy-Authorization: Bearer abc", SocksRefusal.CredentialsMalformed)]
    [InlineData("Proxy-Authorization: Basic", SocksRefusal.CredentialsMalformed)]
    [InlineData("Proxy-Authorization:", SocksRefusal.CredentialsMalformed)]
    [InlineData("Proxy-Authorization: Basic dTpw=", SocksRefusal.CredentialsMalformed)]
    [InlineData("Proxy-Authorization: Basic dTpwMQ", SocksRefusal.CredentialsMalformed)] // no padding
    [InlineData("Proxy-Authorization: Basic dT pw", SocksRefusal.CredentialsMalformed)]
    [InlineData("Proxy-Authorization: Basic dXB3", SocksRefusal.CredentialsMalformed)] // no colon
    [InlineData("Proxy-Authorization: Basic dT*w", SocksRefusal.CredentialsMalformed)]
    public void Credentials_that_cannot_be_read_are_refused(string header, SocksRefusal refusal)
    {
        ServerOutcome outcome = ServerOutcome.Of(Wire.Connect("a.b:80", header));

        outcome.Refusal.Should().Be(refusal);
        Sent(outcome).Should().StartWith("HTTP/1.1 407 ").And.Contain("\r\nProxy-Authenticate: Basic realm=");
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(255, 255, null)]
    [InlineData(256, 0, SocksRefusal.CredentialsTooLong)]
    [InlineData(0, 256, SocksRefusal.CredentialsTooLong)]
    [InlineData(2000, 2000, SocksRefusal.CredentialsTooLong)]
    public void Credentials_have_255_bytes_each_at_most(int userLength, int passwordLength, SocksRefusal? refusal)
    {
        ServerOutcome outcome = ServerOutcome.Of(Wire.Connect("a.b:80", Wire.Basic(Wire.Text(new string('u', userLength)), Wire.Text(new string('p', passwordLength)))));

        outcome.Refusal.Should().Be(refusal);
        if (refusal is null)
        {
            outcome.Should().BeEquivalentTo(new { HasCredentials = true, User = Convert.ToHexString(Wire.Text(new string('u', userLength))), Password = Convert.ToHexString(Wire.Text(new string('p', passwordLength))) });
        }
    }

    [Fact]
    public void Two_credentials_are_refused() =>
        ServerOutcome.Of(Wire.Connect("a.b:80", Wire.Basic("u"u8, "p"u8), Wire.Basic("u"u8, "p"u8))).Refusal.Should().Be(SocksRefusal.HttpHeader);

    [Fact]
    public void Required_credentials_let_in_who_knows_them_and_no_one_else()
    {
        SocksServerOptions options = Socks5Tests.Requiring("alice"u8, "secret"u8);

        ServerOutcome.Of(Wire.Connect("a.b:80", Wire.Basic("alice"u8, "secret"u8)), options: options).Step.Should().Be(SocksServerStep.Complete);
        ServerOutcome.Of(Wire.Connect("a.b:80", Wire.Basic("alice"u8, "wrong"u8)), options: options).Refusal.Should().Be(SocksRefusal.CredentialsWrong);
        ServerOutcome without = ServerOutcome.Of(Wire.Connect("a.b:80"), options: options);
        without.Refusal.Should().Be(SocksRefusal.CredentialsRequired);
        Sent(without).Should().StartWith("HTTP/1.1 407 ");
    }

    [Fact]
    public void A_head_may_have_8_KiB_and_not_a_byte_more()
    {
        int room = SocksServerCodec.MaxHttpHead - Wire.Connect("a.b:80", "N: ").Length;
        byte[] largest = Wire.Connect("a.b:80", "N: " + new string('x', room));
        byte[] larger = Wire.Connect("a.b:80", "N: " + new string('x', room + 1));

        largest.Should().HaveCount(8192);
        ServerOutcome.Of(largest).Step.Should().Be(SocksServerStep.Complete);
        ServerOutcome.OfSingleBytes(largest).Should().Be(ServerOutcome.Of(largest));
        ServerOutcome.Of(larger).Refusal.Should().Be(SocksRefusal.HttpHeadTooLarge);
        ServerOutcome.OfSingleBytes(larger).Should().Be(ServerOutcome.Of(larger));
    }

    [Fact]
    public void A_line_that_never_ends_is_refused_at_8_KiB()
    {
        byte[] bytes = Wire.Text("CONNECT " + new string('a', 100_000));

        ServerOutcome.Of(bytes.AsSpan(0, 8192)).Step.Should().Be(SocksServerStep.NeedMore);
        ServerOutcome.Of(bytes.AsSpan(0, 8193)).Refusal.Should().Be(SocksRefusal.HttpHeadTooLarge);
        ServerOutcome.Of(bytes).Refusal.Should().Be(SocksRefusal.HttpHeadTooLarge);
    }

    [Fact]
    public void A_head_may_have_64_lines_and_not_one_more()
    {
        string[] headers = [.. Enumerable.Range(0, 63).Select(i => $"N{i}: v")];

        ServerOutcome.Of(Wire.Connect("a.b:80", headers)).Step.Should().Be(SocksServerStep.Complete);
        ServerOutcome outcome = ServerOutcome.Of(Wire.Connect("a.b:80", [.. headers, "One: more"]));
        outcome.Refusal.Should().Be(SocksRefusal.HttpHeadTooLarge);
        Sent(outcome).Should().StartWith("HTTP/1.1 431 ");
    }

    [Fact]
    public void The_body_of_a_refusal_is_as_long_as_its_head_says()
    {
        string sent = Sent(ServerOutcome.Of(Wire.Text("GET / HTTP/1.1\r\n\r\n")));
        string[] parts = sent.Split("\r\n\r\n", 2);

        parts[0].Should().Contain($"Content-Length: {Encoding.UTF8.GetByteCount(parts[1])}").And.Contain("Connection: close").And.NotContain("Access-Control");
    }

    private static string Sent(ServerOutcome outcome) => Encoding.UTF8.GetString(Convert.FromHexString(outcome.Sent));
}
