using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Datagrams as real nodes send them, each character here a byte, and as nobody should.</summary>
public sealed class LanMessageTests
{
    private const string Ask = "\u0083\u00a3cmd\u00afdiscoverRequest\u00a6params\u0080\u00a6sender" + Them;
    private const string Them = "\u0085\u00a7service\u00a7zeronet\u00a7peer_id\u00b4-UT3530-abcdefghijkl\u00a4port\u00cd\u0067\u00b8\u00aebroadcast_port\u00cd\u0006\u0008\u00a3rev\u00cd\u0011\u00cb";

    private static readonly LanSender Sender = new("-UT3530-abcdefghijkl", 26552, 1544);
    private static readonly Gen<SiteHash> Hashes = Gen.Byte.Array[32].Select(static bytes => new SiteHash(bytes));

    private static readonly Gen<LanMessage> Messages = Gen.Select(
        Gen.Enum<LanCommand>(),
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 20], Gen.Int[0, ushort.MaxValue], Gen.Int[1, ushort.MaxValue], static (id, port, answers) => new LanSender(id, port, answers)),
        Gen.Long[0, FieldReader.LargestNumber],
        Hashes.Array[0, LanLimits.SitesAtOnce],
        static (command, sender, changed, sites) => new LanMessage(
            command,
            sender,
            command is LanCommand.DiscoverResponse or LanCommand.SiteListResponse ? changed : 0,
            command == LanCommand.SiteListResponse ? [.. sites] : []));

    [Fact]
    public void A_question_of_a_real_node_is_read_and_written_byte_for_byte()
    {
        IsRead(Ask, new LanMessage(LanCommand.DiscoverRequest, Sender, 0, []));
        new LanMessage(LanCommand.DiscoverRequest, Sender, 0, []).Write().Should().Equal(Bytes(Ask));
    }

    [Theory]
    [InlineData("\u0082\u00a3cmd\u00afsiteListRequest\u00a6sender" + Them)]
    [InlineData("\u0083\u00a6sender" + Them + "\u00a3cmd\u00c4\u000fsiteListRequest\u00a6params\u00c0")]
    public void Params_may_be_missing_and_the_order_is_anybodys(string datagram) => IsRead(datagram, new LanMessage(LanCommand.SiteListRequest, Sender, 0, []));

    [Theory]
    [InlineData("\u00ce\u006b\u0003\u0098\u00a0")]
    [InlineData("\u00cb\u0041\u00da\u00c0\u00e6\u0028\u0012\u0034\u0056")]
    public void When_the_list_changed_is_a_whole_number_or_has_a_fraction(string number) =>
        IsRead("\u0083\u00a3cmd\u00b0discoverResponse\u00a6params\u0081\u00adsites_changed" + number + "\u00a6sender" + Them, new LanMessage(LanCommand.DiscoverResponse, Sender, 1795397792, []));

    [Theory]
    [InlineData("\u00c4\u0020")]
    [InlineData("\u00d9\u0020")]
    [InlineData("\u00da\u0000\u0020")]
    public void A_list_of_new_and_old_nodes_is_read(string header)
    {
        string first = Encoding.Latin1.GetString([.. Enumerable.Range(100, 32).Select(static value => (byte)value)]);
        string second = new('\u00ff', 32);
        IsRead(
            "\u0083\u00a3cmd\u00b0siteListResponse\u00a6params\u0082\u00adsites_changed\u0007\u00a5sites\u0093" + header + first + "\u00a3abc" + header + second + "\u00a6sender" + Them,
            new LanMessage(LanCommand.SiteListResponse, Sender, 7, [new SiteHash(Bytes(first)), new SiteHash(Bytes(second))]));
    }

    [Fact]
    public void Of_more_than_a_hundred_sites_the_first_hundred_count()
    {
        string hashes = string.Concat(Enumerable.Range(0, 200).Select(static i => "\u00c4\u0020" + new string((char)i, 32)));
        LanMessage? message = LanMessage.Read(Bytes("\u0083\u00a3cmd\u00b0siteListResponse\u00a6params\u0082\u00adsites_changed\u0007\u00a5sites\u00dc\u0000\u00c8" + hashes + "\u00a6sender" + Them));
        message!.Sites.Should().Equal(Enumerable.Range(0, 100).Select(static i => new SiteHash(Bytes(new string((char)i, 32)))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0080")]
    [InlineData("\u00c0")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe")]
    [InlineData(Ask + "\u0000")]
    [InlineData("\u0082\u00a3cmd\u00afdiscoverRequest\u00a6params\u0080")]
    [InlineData("\u0082\u00a3cmd\u00a4ping\u00a6sender" + Them)]
    [InlineData("\u0082\u00a3cmd\u0001\u00a6sender" + Them)]
    [InlineData("\u0082\u00a3cmd\u00afdiscoverRequest\u00a6sender\u0084\u00a7service\u00a6zeroNe\u00a7peer_id\u00a1a\u00a4port\u0007\u00aebroadcast_port\u0007")]
    [InlineData("\u0082\u00a3cmd\u00afdiscoverRequest\u00a6sender\u0084\u00a7service\u00a7zeronet\u00a7peer_id\u00a0\u00a4port\u0007\u00aebroadcast_port\u0007")]
    [InlineData("\u0082\u00a3cmd\u00afdiscoverRequest\u00a6sender\u0084\u00a7service\u00a7zeronet\u00a7peer_id\u00a1a\u00a4port\u0007\u00aebroadcast_port\u0000")]
    [InlineData("\u0082\u00a3cmd\u00afdiscoverRequest\u00a6sender\u0084\u00a7service\u00a7zeronet\u00a7peer_id\u00a1a\u00a4port\u00ce\u0000\u0001\u0000\u0000\u00aebroadcast_port\u0007")]
    [InlineData("\u0082\u00a3cmd\u00afdiscoverRequest\u00a6sender\u0083\u00a7service\u00a7zeronet\u00a7peer_id\u00a1a\u00aebroadcast_port\u0007")]
    [InlineData("\u0083\u00a3cmd\u00b0discoverResponse\u00a6params\u0080\u00a6sender" + Them)]
    [InlineData("\u0083\u00a3cmd\u00b0discoverResponse\u00a6params\u0081\u00adsites_changed\u00ff\u00a6sender" + Them)]
    [InlineData("\u0083\u00a3cmd\u00b0siteListResponse\u00a6params\u0081\u00adsites_changed\u0007\u00a6sender" + Them)]
    [InlineData("\u0083\u00a3cmd\u00b0siteListResponse\u00a6params\u0082\u00adsites_changed\u0007\u00a5sites\u0091\u0007\u00a6sender" + Them)]
    public void What_is_none_of_these_or_another_services_is_passed_over(string datagram) => LanMessage.Read(Bytes(datagram)).Should().BeNull();

    [Fact]
    public void A_name_of_a_peer_is_no_longer_than_it_need_be()
    {
        static string Named(int length) =>
            "\u0082\u00a3cmd\u00afdiscoverRequest\u00a6sender\u0084\u00a7service\u00a7zeronet\u00a7peer_id\u00d9" + (char)length + new string('a', length) + "\u00a4port\u0007\u00aebroadcast_port\u0007";
        LanMessage.Read(Bytes(Named(64))).Should().NotBeNull();
        LanMessage.Read(Bytes(Named(65))).Should().BeNull();
    }

    [Fact]
    public void Any_message_comes_back_as_it_was_and_is_no_longer_than_what_is_read() => Messages.Sample(static message =>
    {
        byte[] written = message.Write();
        written.Length.Should().BeLessThanOrEqualTo(LanLimits.Datagram);
        IsSame(LanMessage.Read(written), message);
    });

    [Fact]
    public void A_part_of_a_message_is_none() => Gen.Select(Messages, Gen.Double.Unit).Sample(static (message, part) =>
    {
        byte[] written = message.Write();
        LanMessage.Read(written.AsMemory(0, (int)(part * (written.Length - 1)))).Should().BeNull();
    });

    [Fact]
    public void Any_bytes_are_survived()
    {
        Gen<byte[]> changed = Gen.Select(Messages, Gen.Select(Gen.Double.Unit, Gen.Byte).Array[1, 4], static (message, changes) =>
        {
            byte[] bytes = message.Write();
            foreach ((double place, byte value) in changes)
            {
                bytes[(int)(place * (bytes.Length - 1))] = value;
            }

            return bytes;
        });
        Gen.OneOf(Gen.Byte.Array[0, 200], changed).Sample(
            static bytes => (LanMessage.Read(bytes)?.Sites.Length ?? 0).Should().BeLessThanOrEqualTo(LanLimits.SitesAtOnce),
            iter: 5_000);
    }

    private static void IsRead(string datagram, LanMessage message) => IsSame(LanMessage.Read(Bytes(datagram)), message);

    private static void IsSame(LanMessage? read, LanMessage expected)
    {
        read.Should().NotBeNull();
        (read! with { Sites = [] }).Should().Be(expected with { Sites = [] });
        read!.Sites.Should().Equal(expected.Sites);
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
