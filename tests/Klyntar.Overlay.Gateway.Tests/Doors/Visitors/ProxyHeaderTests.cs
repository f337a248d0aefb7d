using System.Net;
using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Vectors: proxy-protocol.txt, sections 2.1 and 2.2.</summary>
public sealed class ProxyHeaderTests
{
    private const string Onion = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    private static readonly Gen<IPEndPoint> AnyEndPoint = Gen.Select(Gen.Byte.Array[4], Gen.Int[0, IPEndPoint.MaxPort], (a, p) => new IPEndPoint(new IPAddress(a), p));

    [Theory]
    [InlineData("192.168.0.1:56324", "192.168.0.11:443", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n")]
    [InlineData("255.255.255.255:65535", "255.255.255.255:65535", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n")]
    [InlineData("127.72.0.1:1", "127.0.0.1:80", "PROXY TCP4 127.72.0.1 127.0.0.1 1 80\r\n")]
    public void Version_1_is_the_line_of_the_specification(string source, string destination, string expected) =>
        Encoding.ASCII.GetString(ProxyHeader.Text(IPEndPoint.Parse(source), IPEndPoint.Parse(destination)).Span).Should().Be(expected);

    [Fact]
    public void Version_2_is_the_header_of_the_specification_with_the_host_that_was_visited()
    {
        const string Signature = "0D0A0D0A000D0A515549540A";
        const string Addresses = "C0A80001C0A8000BDC0401BB";

        Convert.ToHexString(ProxyHeader.Binary(IPEndPoint.Parse("192.168.0.1:56324"), IPEndPoint.Parse("192.168.0.11:443"), "a.i2p").Span)
            .Should().Be($"{Signature}21110014{Addresses}020005{Convert.ToHexString("a.i2p"u8)}");
    }

    [Fact]
    public void An_onion_address_fits_and_a_host_beyond_all_measure_is_left_out()
    {
        var (source, destination) = (IPEndPoint.Parse("127.72.3.4:5"), IPEndPoint.Parse("127.0.0.1:80"));

        ProxyHeader.Binary(source, destination, Onion).Length.Should().Be(93);
        ProxyHeader.Binary(source, destination, new string('a', 76)).Length.Should().Be(ProxyHeader.MaxLength);
        byte[] without = ProxyHeader.Binary(source, destination, new string('a', 77)).ToArray();
        without.Should().HaveCount(28);
        ProxyHeaderReader.ReadBinary(without).Values.Should().BeEmpty();
    }

    [Fact]
    public void A_strict_receiver_reads_what_was_written() =>
        Gen.Select(AnyEndPoint, AnyEndPoint, Gen.String[0, 120]).Sample((source, destination, host) =>
        {
            string authority = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(host));
            bool fits = Encoding.UTF8.GetByteCount(authority) <= 76;
            ReadOnlySpan<byte> line = ProxyHeader.Text(source, destination).Span;
            ProxyHeaderReader.ReadText(line).Should().Be((source, destination));
            ReadOnlySpan<byte> header = ProxyHeader.Binary(source, destination, authority).Span;
            (IPEndPoint from, IPEndPoint to, IReadOnlyDictionary<byte, byte[]> values) = ProxyHeaderReader.ReadBinary(header);
            (from, to).Should().Be((source, destination));
            (values.TryGetValue(2, out byte[]? value) ? Encoding.UTF8.GetString(value) : null).Should().Be(fits ? authority : null);
            header.Length.Should().BeLessThanOrEqualTo(ProxyHeader.MaxLength);
        });

    [Fact]
    public void Addresses_of_IPv6_are_refused()
    {
        var v6 = new IPEndPoint(IPAddress.IPv6Loopback, 1);
        var v4 = new IPEndPoint(IPAddress.Loopback, 1);
        foreach ((IPEndPoint source, IPEndPoint destination) in new[] { (v6, v4), (v4, v6) })
        {
            Action text = () => ProxyHeader.Text(source, destination);
            Action binary = () => ProxyHeader.Binary(source, destination, "");
            text.Should().Throw<ArgumentException>();
            binary.Should().Throw<ArgumentException>();
        }
    }
}
