using CsCheck;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class OnionAddressTests
{
    // rend-spec-v3, section 6.
    private const string Valid = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    private static readonly Gen<byte[]> PublicKeys = Gen.Byte.Array[32].Select(static seed => Ed25519ExpandedKey.FromSeed(seed).PublicKey.ToArray());

    [Theory]
    [InlineData(Valid)]
    [InlineData("sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion")]
    [InlineData("xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd.onion")]
    public void The_examples_of_the_specification_are_valid(string host)
    {
        OnionAddress.TryParse(host, out OnionAddress? address, out string? why).Should().BeTrue(why);
        address!.Host.Should().Be(host);
        address.ServiceId.Should().Be(host[..56]);
    }

    [Theory]
    [InlineData("PG6MMJIYJMCRSSLVYKFWNNTLARU7P5SVN6Y2YMMJU6NUBXNDF4PSCRYD.ONION")]
    [InlineData(Valid + ".")]
    [InlineData("www." + Valid)]
    [InlineData("a.b-c._d.WWW." + Valid + ".")]
    public void Case_subdomain_and_final_dot_make_the_same_address(string host)
    {
        OnionAddress.TryParse(host, out OnionAddress? address, out string? why).Should().BeTrue(why);
        address!.Host.Should().Be(Valid);
    }

    [Theory]
    [InlineData("expyuzz4wqqyqhjn.onion", "version 2 address")]
    [InlineData("www.EXPYUZZ4WQQYQHJN.onion.", "version 2 address")]
    [InlineData("g6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "55 characters before .onion instead of 56")]
    [InlineData("aaaaaaaa.onion", "8 characters before .onion instead of 56")]
    [InlineData("0g6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "a character other than a-z and 2-7")]
    [InlineData("_g6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "a character other than a-z and 2-7")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pwaqae.onion", "version 4 and only version 3")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pyz2aa.onion", "version 0 and only version 3")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pqaaad.onion", "its checksum does not match")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4psaryd.onion", "its checksum does not match")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaam2dqd.onion", "not a valid point")]
    [InlineData("aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaahmjqd.onion", "not a valid point")]
    [InlineData("aiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab3did.onion", "not a valid point")]
    [InlineData(".onion", "nothing before .onion")]
    [InlineData("onion", "nothing before .onion")]
    [InlineData("onion.", "nothing before .onion")]
    [InlineData("..onion", "an empty label")]
    [InlineData("www.." + Valid, "an empty label")]
    [InlineData("." + Valid, "an empty label")]
    [InlineData(Valid + "..", "nothing before .onion")]
    [InlineData(Valid + "\0", "the character U+0000")]
    [InlineData(Valid + "\0.example.com", "the character U+0000")]
    [InlineData("a\0." + Valid, "the character U+0000")]
    [InlineData(Valid + " ", "the character U+0020")]
    [InlineData(Valid + "\r\n", "the character U+000D")]
    [InlineData("a@" + Valid, "the character U+0040")]
    [InlineData("p\u0261" + "6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "the character U+0261")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd\u3002onion", "the character U+3002")]
    [InlineData("a12345678901234567890123456789012345678901234567890123456789012345." + Valid, "a label longer than 63")]
    public void What_is_wrong_is_said(string host, string reason)
    {
        ParsedHost parsed = TorEndPoint.Parse(host, 80);
        parsed.IsClaimed.Should().BeTrue();
        parsed.EndPoint.Should().BeNull();
        parsed.Why.Should().Contain(reason);
    }

    [Fact]
    public void A_host_longer_than_255_characters_is_invalid()
    {
        string host = string.Concat(Enumerable.Repeat("a.", 97)) + Valid;
        TorEndPoint.Parse(host[1..].Insert(0, "a"), 80).Why.Should().Be("it is longer than 255 characters");
        TorEndPoint.Parse(host[2..], 80).Why.Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("example.com")]
    [InlineData("onion.example.com")]
    [InlineData("notonion")]
    [InlineData("example.notonion")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("stats.i2p")]
    [InlineData("\0onion")]
    public void Other_names_are_not_claimed(string host) => TorEndPoint.Parse(host, 80).IsClaimed.Should().BeFalse();

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_out_of_range_is_an_answer_and_no_exception(int port) => TorEndPoint.Parse(Valid, port).Why.Should().Contain("port");

    [Fact]
    public void An_end_point_is_equal_by_address_and_port_and_redacts_its_host()
    {
        OverlayEndPoint endPoint = TorEndPoint.Parse("www." + Valid.ToUpperInvariant(), 80).EndPoint!;
        endPoint.Overlay.Should().Be("tor");
        endPoint.Host.Should().Be(Valid);
        endPoint.Should().Be(TorEndPoint.Parse(Valid, 80).EndPoint).And.NotBe(TorEndPoint.Parse(Valid, 81).EndPoint);
        endPoint.Redacted.Should().Be("pg6m….onion");
    }

    [Fact]
    public void Any_public_key_makes_an_address_that_is_valid() => PublicKeys.Sample(key =>
    {
        OnionAddress made = OnionAddress.FromPublicKey(key);
        OnionAddress.TryParse(made.Host, out OnionAddress? parsed, out string? why).Should().BeTrue(why);
        parsed!.Host.Should().Be(made.Host);
    }, iter: 300);

    [Fact]
    public void One_mistyped_letter_makes_an_address_invalid() =>
        Gen.Select(PublicKeys, Gen.Int[0, 55], Gen.Char["abcdefghijklmnopqrstuvwxyz234567"]).Sample((key, place, letter) =>
        {
            string host = OnionAddress.FromPublicKey(key).Host;
            string mistyped = host[..place] + letter + host[(place + 1)..];

            // Two bytes of checksum: one in 65 536 mistakes goes unseen, and then makes another address.
            if (mistyped != host && OnionAddress.TryParse(mistyped, out OnionAddress? address, out _))
            {
                address.Host.Should().NotBe(host);
                place.Should().BeLessThan(52);
            }
        }, iter: 500);

    [Fact]
    public void Any_string_gives_one_answer_and_a_valid_one_is_canonical()
    {
        Gen<string> piece = Gen.OneOf(
            Gen.String[Gen.Char["a.\0-_\u3002 2Ω\ud800"], 0, 5],
            Gen.OneOf(Valid, Valid[..56], ".onion", "onion", "ONION", "www.", "\r\n", "%00", ":80"),
            Gen.String[0, 20]);
        piece.List[0, 5].Sample(pieces =>
        {
            string host = string.Concat(pieces);
            ParsedHost parsed = TorEndPoint.Parse(host, 80);
            if (parsed.EndPoint is { } endPoint)
            {
                parsed.Why.Should().BeNull();
                TorEndPoint.Parse(endPoint.Host, 80).EndPoint.Should().Be(endPoint);
                host.Should().ContainEquivalentOf(endPoint.Host);
            }
        });
    }

    [Fact]
    public void No_string_that_ends_in_onion_goes_unclaimed() =>
        Gen.Select(Gen.String[0, 30], Gen.OneOf(".onion", ".ONION", ".oNiOn", "\u3002onion", "\uff0eonion"), Gen.String[Gen.Char[". \t\r\n\u3002"], 0, 4])
            .Sample((before, onion, after) => TorEndPoint.Parse(before + onion + after, 80).IsClaimed.Should().BeTrue());
}
