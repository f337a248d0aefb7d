using System.Net;

namespace Klyntar.Overlay.Socks.Tests;

public class HostNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Example.ONION")]
    [InlineData("_sip._tcp.example.onion")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion.")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.1.1.1")]
    [InlineData("1a")]
    public void A_name_arrives_as_it_was_written(string name)
    {
        HostName.Read(Wire.Text(name), out string? host, out IPAddress? address).Should().BeNull();
        host.Should().Be(name);
        address.Should().BeNull();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1.", "127.0.0.1")]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("2130706433", "127.0.0.1")]
    [InlineData("0x7f000001", "127.0.0.1")]
    [InlineData("0x7F.1", "127.0.0.1")]
    [InlineData("0177.0.0.1", "127.0.0.1")]
    [InlineData("0", "0.0.0.0")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("[::ffff:127.0.0.1]", "::ffff:127.0.0.1")]
    [InlineData("2001:DB8::9", "2001:db8::9")]
    public void An_address_in_disguise_arrives_as_an_address(string text, string expected)
    {
        HostName.Read(Wire.Text(text), out string? host, out IPAddress? address).Should().BeNull();
        address.Should().Be(IPAddress.Parse(expected));
        host.Should().BeNull();
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\r\nQUIT")]
    [InlineData("a b")]
    [InlineData(" ")]
    [InlineData("a\tb")]
    [InlineData("\u00E9")]
    [InlineData("a\x7F")]
    [InlineData("a/b")]
    [InlineData("a@b")]
    [InlineData("a:b")]
    [InlineData("a\"b")]
    [InlineData("a%b")]
    [InlineData("*")]
    [InlineData("::1%lo")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1/64")]
    [InlineData("[]")]
    [InlineData(":")]
    public void A_byte_that_no_name_has_is_refused(string name)
    {
        HostName.Read(Wire.Text(name), out string? host, out IPAddress? address).Should().Be(SocksRefusal.HostCharacters);
        host.Should().BeNull();
        address.Should().BeNull();
    }

    [Fact]
    public void Every_single_byte_is_judged()
    {
        for (int b = 0; b <= 255; b++)
        {
            bool allowed = b < 128 && (char.IsAsciiLetterOrDigit((char)b) || "-._".Contains((char)b, StringComparison.Ordinal));
            SocksRefusal? refusal = HostName.Read([(byte)'a', (byte)b, (byte)'z'], out _, out _);
            refusal.Should().Be(allowed ? null : SocksRefusal.HostCharacters, "byte {0:X2}", b);
        }
    }
}
