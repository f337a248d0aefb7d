using System.Text;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ControlRepliesTests
{
    [Fact]
    public void PROTOCOLINFO_of_a_real_tor_is_read()
    {
        ProtocolInfo info = ProtocolInfo.TryParse(Message(
            "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE,SAFECOOKIE,HASHEDPASSWORD COOKIEFILE=\"/tmp/a \\\"b\\\" \\303\\251/control_auth_cookie\"\r\n250-VERSION Tor=\"0.4.9.11\"\r\n250 OK\r\n"))!;
        info.Methods.Should().BeEquivalentTo("COOKIE", "SAFECOOKIE", "HASHEDPASSWORD");
        info.CookieFile.Should().Be("/tmp/a \"b\" é/control_auth_cookie");
        info.Version.Should().Be("0.4.9.11");
    }

    [Theory]
    [InlineData("250 OK\r\n")]
    [InlineData("250-PROTOCOLINFO 2\r\n250 OK\r\n")]
    [InlineData("250-PROTOCOLINFO 1\r\n250 OK\r\n")]
    [InlineData("250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL COOKIEFILE=\"x\r\n250 OK\r\n")]
    [InlineData("514 Authentication required.\r\n")]
    public void A_PROTOCOLINFO_that_is_none_is_refused(string wire) => ProtocolInfo.TryParse(Message(wire)).Should().BeNull();

    [Fact]
    public void AUTHCHALLENGE_is_read()
    {
        string hash = new('A', 64), nonce = new('b', 64);
        AuthChallengeReply reply = AuthChallengeReply.TryParse(Message($"250 AUTHCHALLENGE SERVERHASH={hash} SERVERNONCE={nonce}\r\n"))!;
        reply.ServerHash.Should().Equal(Convert.FromHexString(hash));
        reply.ServerNonce.Should().Equal(Convert.FromHexString(nonce));
    }

    [Theory]
    [InlineData(64, 63)]
    [InlineData(62, 64)]
    [InlineData(66, 64)]
    [InlineData(0, 64)]
    public void A_challenge_of_another_length_is_refused(int hash, int nonce) =>
        AuthChallengeReply.TryParse(Message($"250 AUTHCHALLENGE SERVERHASH={new string('A', hash)} SERVERNONCE={new string('0', nonce)}\r\n")).Should().BeNull();

    [Fact]
    public void A_challenge_that_is_not_hexadecimal_is_refused() =>
        AuthChallengeReply.TryParse(Message($"250 AUTHCHALLENGE SERVERHASH={new string('G', 64)} SERVERNONCE={new string('0', 64)}\r\n")).Should().BeNull();

    [Fact]
    public void The_safe_cookie_hashes_are_those_of_an_independent_implementation()
    {
        // Computed with Python's hmac module.
        byte[] cookie = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] client = [.. Enumerable.Range(32, 32).Select(i => (byte)i)];
        byte[] server = [.. Enumerable.Range(64, 32).Select(i => (byte)i)];
        Convert.ToHexStringLower(SafeCookie.ServerHash(cookie, client, server)).Should().Be("3c8780ab52365c0d080750447e5f64dabc00428c6c434579c2043e18c1f85389");
        Convert.ToHexStringLower(SafeCookie.ClientHash(cookie, client, server)).Should().Be("b47642df2d5abb84f69e6d02d41bed6b44aee33e69562528a82166fc98bc0b1e");
    }

    [Fact]
    public void ADD_ONION_tells_the_service_id()
    {
        AddOnionReply.TryParse(Message("250-ServiceID=abc\r\n250 OK\r\n"))!.ServiceId.Should().Be("abc");
        AddOnionReply.TryParse(Message("250 OK\r\n")).Should().BeNull();
        AddOnionReply.TryParse(Message("512-ServiceID=abc\r\n512 no\r\n")).Should().BeNull();
    }

    [Fact]
    public void Values_are_read_from_lines_and_data_blocks()
    {
        KeyValueReply info = KeyValueReply.TryParse(Message("250-version=0.4.9.11\r\n250+config-text=\r\na=b\r\nc\r\n.\r\n250 OK\r\n"))!;
        info["version"].Should().Be("0.4.9.11");
        info["config-text"].Should().Be("a=b\nc");
        info["missing"].Should().BeNull();

        KeyValueReply conf = KeyValueReply.TryParse(Message("250-Bridge=a\r\n250-Bridge=b\r\n250 UseBridges\r\n"))!;
        conf.All("bridge").Should().Equal("a", "b");
        conf["UseBridges"].Should().BeNull();
        KeyValueReply.TryParse(Message("552 Unrecognized key \"x\"\r\n")).Should().BeNull();
    }

    internal static ControlMessage Message(string wire)
    {
        ReadOnlySpan<byte> input = Encoding.Latin1.GetBytes(wire);
        return new ControlDecoder().Decode(ref input)!;
    }
}
