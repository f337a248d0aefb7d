using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Bridge lines as tor's configuration has them.</summary>
public sealed class BridgeLineTests
{
    private const string Certificate = "AX+MquLMNoEVYbpJIX1dfwsUp5sEX8QFyn21r2/PvAROoBjEmh8jeXeAiicnh6F71doZew";

    [Theory]
    [InlineData($"obfs4 192.0.2.7:443 cert={Certificate} iat-mode=0")]
    [InlineData($"Bridge obfs4 192.0.2.7:443 0123456789ABCDEF0123456789abcdef01234567 cert={Certificate} iat-mode=0")]
    [InlineData($"  obfs4\t192.0.2.7:443  cert={Certificate}   iat-mode=0 ")]
    public void A_line_of_tors_is_read_with_or_without_a_fingerprint(string line)
    {
        PtTarget target = BridgeLine.TryRead(line, out string? why)!;

        why.Should().BeNull();
        target.Method.Should().Be("obfs4");
        target.Address.Should().Be(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 443));
        target.Arguments.Pairs.Should().Equal(KeyValuePair.Create("cert", Certificate), KeyValuePair.Create("iat-mode", "0"));
    }

    [Fact]
    public void Other_methods_have_whatever_arguments_they_want()
    {
        PtTarget target = BridgeLine.TryRead("snowflake [2001:db8::3]:80 fingerprint=x url=https://a/?b=c utls-imitate=hellorandomizedalpn", out _)!;

        target.Address.Should().Be(IPEndPoint.Parse("[2001:db8::3]:80"));
        target.Arguments.Find("url").Should().Be("https://a/?b=c");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bridge")]
    [InlineData("obfs4")]
    [InlineData("192.0.2.7:443 0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData($"obfs4 example.com:443 cert={Certificate} iat-mode=0")]
    [InlineData($"obfs4 192.0.2.7:0 cert={Certificate} iat-mode=0")]
    [InlineData($"obfs4 192.0.2.7:65536 cert={Certificate} iat-mode=0")]
    [InlineData($"obfs4 0300.0.2.7:443 cert={Certificate} iat-mode=0")]
    [InlineData($"obfs4 2001:db8::3:443 cert={Certificate} iat-mode=0")]
    [InlineData($"obfs4 [::ffff:192.0.2.7]:443 cert={Certificate} iat-mode=0")]
    [InlineData($"Obfs4 192.0.2.7:443 cert={Certificate}")]
    [InlineData("obfs4 192.0.2.7:443")]
    [InlineData("obfs4 192.0.2.7:443 iat-mode=0")]
    [InlineData($"obfs4 192.0.2.7:443 cert={Certificate}x iat-mode=0")]
    [InlineData($"obfs4 192.0.2.7:443 cert={Certificate}")]
    [InlineData($"obfs4 192.0.2.7:443 cert={Certificate} iat-mode=3")]
    [InlineData($"obfs4 192.0.2.7:443 cert={Certificate} iat-mode=0 word")]
    [InlineData($"obfs4 192.0.2.7:443 cert={Certificate} iat-mode=0 =x")]
    [InlineData("snowflake 192.0.2.7:443 a=ü")]
    public void Anything_else_is_refused_in_a_sentence(string line)
    {
        BridgeLine.TryRead(line, out string? why).Should().BeNull();

        why.Should().EndWith(".");
    }

    [Fact]
    public void Lines_have_an_end()
    {
        BridgeLine.TryRead($"meek 192.0.2.7:443 a={new string('x', 2000)}", out string? tooLong).Should().BeNull();
        BridgeLine.TryRead($"meek 192.0.2.7:443 a={new string('x', 600)}", out string? tooMuch).Should().BeNull();

        tooLong.Should().Contain("longer than 1024");
        tooMuch.Should().Contain("longer than the 510 bytes");
    }
}
