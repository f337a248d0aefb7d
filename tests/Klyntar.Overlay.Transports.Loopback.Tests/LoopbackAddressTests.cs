using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Transports.Loopback.Tests;

public sealed class LoopbackAddressTests
{
    [Theory]
    [InlineData("127.0.0.1.loopback", "127.0.0.1")]
    [InlineData("localhost.loopback", "127.0.0.1")]
    [InlineData("LocalHost.LOOPBACK.", "127.0.0.1")]
    [InlineData("127.255.255.255.loopback", "127.255.255.255")]
    [InlineData("127.0.0.0.loopback.", "127.0.0.0")]
    public void A_name_is_an_address_of_this_machine(string host, string address)
    {
        var endPoint = (LoopbackEndPoint)LoopbackEndPoint.ParseHost(host, 80).EndPoint!;
        endPoint.Socket.Should().Be(new IPEndPoint(IPAddress.Parse(address), 80));
        endPoint.Host.Should().Be(address + ".loopback");
    }

    [Theory]
    [InlineData("126.0.0.1.loopback")]
    [InlineData("128.0.0.1.loopback")]
    [InlineData("10.0.0.1.loopback")]
    [InlineData("0.0.0.0.loopback")]
    [InlineData("127.1.loopback")]
    [InlineData("127.0.0.1.1.loopback")]
    [InlineData("0x7f.0.0.1.loopback")]
    [InlineData("0177.0.0.1.loopback")]
    [InlineData("127.0.0.01.loopback")]
    [InlineData("127.0.0.256.loopback")]
    [InlineData("127.0.0.+1.loopback")]
    [InlineData("127.0.0. 1.loopback")]
    [InlineData("127.0.0..loopback")]
    [InlineData("127.0.0.१.loopback")]
    [InlineData("2130706433.loopback")]
    [InlineData("[::1].loopback")]
    [InlineData("example.com.loopback")]
    [InlineData("www.127.0.0.1.loopback")]
    [InlineData(".loopback")]
    public void Whatever_is_not_an_address_of_this_machine_is_refused_and_never_resolved(string host)
    {
        ParsedHost parsed = LoopbackEndPoint.ParseHost(host, 80);
        parsed.IsClaimed.Should().BeTrue();
        parsed.EndPoint.Should().BeNull();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("loopback")]
    [InlineData("127.0.0.1.loopbacks")]
    public void Names_without_the_suffix_are_left_to_others(string host) =>
        LoopbackEndPoint.ParseHost(host, 80).IsClaimed.Should().BeFalse();

    [Fact]
    public void No_name_whatever_leads_off_this_machine()
    {
        Gen<string> host = Gen.Select(Gen.String[Gen.Char["0127.x"], 0, 20], Gen.OneOf(Gen.Const(".loopback"), Gen.Const("")), (name, suffix) => name + suffix);
        host.Sample(h => LoopbackEndPoint.ParseHost(h, 1).EndPoint is not LoopbackEndPoint { Socket.Address: var address } || IPAddress.IsLoopback(address));
    }

    [Fact]
    public void Keys_make_addresses_of_this_machine_away_from_where_programs_listen()
    {
        Gen.Byte.Array[32].Sample(key =>
        {
            byte[] address = LoopbackIdentities.AddressOf(key).GetAddressBytes();
            return address[0] == 127 && address[1] is > 0 and < 255 && address[3] is > 0 and < 255;
        });
    }
}
