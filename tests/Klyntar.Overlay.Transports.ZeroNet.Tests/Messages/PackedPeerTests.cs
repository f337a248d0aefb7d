using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PackedPeerTests
{
    [Theory]
    [InlineData("c0000201b867", "192.0.2.1", 26552)]
    [InlineData("7f0000010100", "127.0.0.1", 1)]
    [InlineData("20010db8000000000000000000000001ffff", "2001:db8::1", 65535)]
    public void An_ip_peer_has_its_port_with_the_low_byte_first(string hex, string host, int port)
    {
        PackedPeer peer = PackedPeer.Unpack(Convert.FromHexString(hex))!.Value;
        (peer.Host, peer.Port).Should().Be((host, port));
    }

    [Fact]
    public void An_onion_of_version_3_is_35_bytes_and_gets_its_suffix()
    {
        // RFC 4648, section 10: "fooba" is mzxw6ytb.
        byte[] packed = [.. Enumerable.Repeat("fooba"u8.ToArray(), 7).SelectMany(static b => b), 0x51, 0x3c];
        PackedPeer.Unpack(packed).Should().Be(new PackedPeer(PeerAddressKind.Onion, string.Concat(Enumerable.Repeat("mzxw6ytb", 7)) + ".onion", 15441));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(38)]
    public void Any_other_length_is_no_peer(int length) => PackedPeer.Unpack(new byte[length]).Should().BeNull();

    [Theory]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.168.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("1.1.1.1", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2606:4700::1111", true)]
    public void An_address_of_somebodys_own_network_is_kept_and_told_apart(string address, bool isPublic)
    {
        PackedPeer peer = PackedPeer.Of(IPAddress.Parse(address), 1);
        byte[] packed = new byte[peer.PackedBytes];
        peer.Pack(packed);
        PackedPeer.Unpack(packed)!.Value.IsPublic.Should().Be(isPublic);
    }

    [Fact]
    public void Whatever_was_unpacked_is_packed_as_it_came() => Gen.OneOf(Gen.Byte.Array[6], Gen.Byte.Array[18], Gen.Byte.Array[37]).Sample(packed =>
    {
        PackedPeer peer = PackedPeer.Unpack(packed)!.Value;
        byte[] again = new byte[peer.PackedBytes];
        peer.Pack(again);
        again.Should().Equal(packed);
    });

    [Fact]
    public void A_host_that_is_not_of_its_kind_is_the_callers_fault()
    {
        foreach (PackedPeer peer in new PackedPeer[] { new(PeerAddressKind.IPv4, "::1", 1), new(PeerAddressKind.IPv6, "127.0.0.1", 1), new(PeerAddressKind.Onion, "abc.onion", 1), new(PeerAddressKind.Onion, new string('1', 56) + ".onion", 1) })
        {
            Action pack = () => peer.Pack(new byte[64]);
            pack.Should().Throw<FormatException>();
        }
    }
}
