using System.Net;
using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class HttpTrackerTests
{
    [Fact]
    public void The_question_tells_what_real_nodes_tell() =>
        HttpTracker.Query(new TrackerAnnouncement("1HeLLo4uzjaLetFx6NH3PMwFP3qbRbTf3D", "-UT3530-klyntartest1", 15441, 30)).Should().Be(
            "?info_hash=%86%d6%5b%f5%a8%de%a3%eb%e1%96%5c%fe%69%06%67%25%5d%90%64%7e&peer_id=-UT3530-klyntartest1&port=15441&uploaded=0&downloaded=0&left=431102370&compact=1&numwant=30&event=started");

    [Fact]
    public void Compact_peers_are_read()
    {
        TrackerAnswer answer = Read([.. "d8:completei1e8:intervali900e5:peers12:"u8, 192, 0, 2, 1, 0x3c, 0x51, 192, 0, 2, 2, 0, 1, .. "5:thingld1:ai1eeee"u8])!;
        answer.Interval.Should().Be(TimeSpan.FromMinutes(15));
        answer.Peers.Should().Equal(IPEndPoint.Parse("192.0.2.1:15441"));
    }

    [Fact]
    public void Peers_in_a_list_are_read_where_they_name_addresses_and_ports_that_can_be_connected_to() =>
        Read(Encoding.ASCII.GetBytes("d5:peersld2:ip9:192.0.2.17:peer id3:abc4:porti15441eed2:ip12:node.example4:porti80eed2:ip9:192.0.2.24:porti0eed2:ip11:2001:db8::14:porti65535eed2:ip9:192.0.2.34:porti65536eeee"))!
            .Peers.Should().Equal(IPEndPoint.Parse("192.0.2.1:15441"), IPEndPoint.Parse("[2001:db8::1]:65535"));

    [Fact]
    public void An_answer_without_peers_has_none_and_a_senseless_interval_is_the_usual_one()
    {
        Read("de"u8.ToArray())!.Peers.Should().BeEmpty();
        Read("d8:intervali-1ee"u8.ToArray())!.Interval.Should().Be(TimeSpan.FromMinutes(30));
        Read("d8:intervali9223372036854775807ee"u8.ToArray())!.Interval.Should().Be(TimeSpan.FromMinutes(30));
    }

    [Theory]
    [InlineData("d14:failure reason4:no\n\u0001e", "it refuses: no??")]
    [InlineData("", "its answer is not in order")]
    [InlineData("<html>", "its answer is not in order")]
    [InlineData("d", "its answer is not in order")]
    [InlineData("d1:a", "its answer is not in order")]
    [InlineData("d1:ai1", "its answer is not in order")]
    [InlineData("d1:ai1.5ee", "its answer is not in order")]
    [InlineData("d1:a99:be", "its answer is not in order")]
    [InlineData("d1:a-1:be", "its answer is not in order")]
    [InlineData("d1:a99999999999999999999:be", "its answer is not in order")]
    [InlineData("di1ei2ee", "its answer is not in order")]
    [InlineData("d5:peersl1:aee", "its answer is not in order")]
    [InlineData("d5:peersld2:ipi1eee", "its answer is not in order")]
    [InlineData("d1:allllllllllllllllleeeeeeeeeeeeeeeeee", "its answer is not in order")]
    public void What_is_no_answer_is_refused_with_its_cause(string body, string cause)
    {
        HttpTracker.TryRead(Encoding.Latin1.GetBytes(body), out _, out string? why).Should().BeFalse();
        why.Should().Be(cause);
    }

    [Fact]
    public void Size_and_depth_are_bounded()
    {
        HttpTracker.TryRead(new byte[HttpTracker.MostSize + 1], out _, out string? why).Should().BeFalse();
        why.Should().Contain("larger than 65536 bytes");
        HttpTracker.TryRead(Encoding.ASCII.GetBytes("d1:a" + new string('l', 60_000)), out _, out why).Should().BeFalse();
    }

    [Fact]
    public void Any_bytes_are_an_answer_or_refused() =>
        Gen.Char["de li0123456789:-peersintvalfuroq"].Array[0, 60].Sample(body => HttpTracker.TryRead(Encoding.ASCII.GetBytes($"d{new string(body)}e"), out _, out string? why) == why is null);

    private static TrackerAnswer? Read(byte[] body) => HttpTracker.TryRead(body, out TrackerAnswer? answer, out string? why) ? answer : throw new InvalidOperationException(why);
}
