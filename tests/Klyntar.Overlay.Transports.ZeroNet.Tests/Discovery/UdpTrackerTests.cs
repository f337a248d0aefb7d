using System.Net;
using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class UdpTrackerTests
{
    private static readonly TrackerAnnouncement Told = new("1HeLLo4uzjaLetFx6NH3PMwFP3qbRbTf3D", "-UT3530-klyntartest1", 15441, 30);

    [Fact]
    public void Requests_are_laid_out_as_BEP_15_has_them()
    {
        Convert.ToHexStringLower(UdpTracker.Connect(0x01020304)).Should().Be("0000041727101980" + "00000000" + "01020304");
        Convert.ToHexStringLower(UdpTracker.Announce(0x1122334455667788, 0x01020304, Told)).Should().Be(
            "1122334455667788" + "00000001" + "01020304"
            + Convert.ToHexStringLower(Told.InfoHash)
            + Convert.ToHexStringLower(Encoding.ASCII.GetBytes("-UT3530-klyntartest1"))
            + "0000000000000000" + "0000000019b219a2" + "0000000000000000"
            + "00000002" + "00000000" + "00000000" + "0000001e" + "3c51");
    }

    [Fact]
    public void A_site_is_named_by_the_SHA_1_of_its_address() =>
        Convert.ToHexStringLower(Told.InfoHash).Should().Be("86d65bf5a8dea3ebe1965cfe690667255d90647e");

    [Fact]
    public void The_answer_to_a_request_to_connect_gives_an_id()
    {
        UdpTracker.TryReadConnect(Convert.FromHexString("00000000010203041122334455667788"), 0x01020304, out long connection, out string? why).Should().BeTrue(why);
        connection.Should().Be(0x1122334455667788);
    }

    [Fact]
    public void Peers_are_read_and_those_that_cannot_be_connected_to_are_passed_over()
    {
        byte[] datagram = Convert.FromHexString("0000000101020304" + "00000708" + "00000001" + "00000002" + "c0000201" + "3c51" + "c0000202" + "0001" + "c0000203" + "0000" + "c6336401" + "ffff" + "c00002");
        UdpTracker.TryReadAnnounce(datagram, 0x01020304, out TrackerAnswer? answer, out string? why).Should().BeTrue(why);
        answer!.Interval.Should().Be(TimeSpan.FromMinutes(30));
        answer.Peers.Should().Equal(IPEndPoint.Parse("192.0.2.1:15441"), IPEndPoint.Parse("198.51.100.1:65535"));
    }

    [Theory]
    [InlineData("", "it answers another request")]
    [InlineData("0000000101020305", "it answers another request")]
    [InlineData("0000000001020304", "it answers what was not asked")]
    [InlineData("0000000101020304", "its answer is too short")]
    [InlineData("000000010102030400000708000000010000", "its answer is too short")]
    [InlineData("0000000101020304ffffffff0000000100000002", "it names a negative interval")]
    [InlineData("0000000301020304", "it refuses: ")]
    [InlineData("00000003010203046e6f0a1b", "it refuses: no??")]
    public void What_is_no_answer_is_refused_with_its_cause(string hex, string cause)
    {
        UdpTracker.TryReadAnnounce(Convert.FromHexString(hex), 0x01020304, out _, out string? why).Should().BeFalse();
        why.Should().Be(cause);
    }

    [Fact]
    public void A_tracker_may_give_any_number_of_peers_and_so_many_are_taken() =>
        TrackerAnswer.ReadPeers(Enumerable.Repeat((byte)9, 6 * 10_000).ToArray()).Should().HaveCount(TrackerAnswer.MostPeers);

    [Fact]
    public void Any_datagram_is_an_answer_or_refused() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 3]).Sample((bytes, action) =>
        {
            byte[] datagram = [0, 0, 0, (byte)action, 1, 2, 3, 4, .. bytes];
            (UdpTracker.TryReadAnnounce(datagram, 0x01020304, out _, out string? why) ? why is null : why is { Length: < 250 }).Should().BeTrue();
            (UdpTracker.TryReadConnect(datagram, 0x01020304, out _, out why) ? why is null : why is { Length: < 250 }).Should().BeTrue();
        });
}
