using CsCheck;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2PHostTests
{
    private const string Valid = Vectors.Host;

    [Theory]
    [InlineData(Valid)]
    [InlineData("REKBTQNZ4GZIGD5FHQJJTP4CB7RZIB4RKHZE754WTHZVTJHA3DUA.B32.I2P")]
    [InlineData(Valid + ".")]
    [InlineData("www." + Valid)]
    [InlineData("a.b-c._d.WWW." + Valid + ".")]
    [InlineData(Vectors.Destination)]
    [InlineData(Vectors.Destination + ".i2p")]
    [InlineData(Vectors.Destination + ".I2P.")]
    public void Case_subdomain_final_dot_and_the_whole_destination_make_the_same_address(string text)
    {
        var endPoint = (I2PEndPoint)I2PEndPoint.Parse(text, 80).EndPoint!;
        endPoint.Host.Should().Be(Valid);
        endPoint.Kind.Should().Be(I2PHostKind.Hash);
    }

    [Theory]
    [InlineData(Vectors.BlindedHost, false)]
    [InlineData(Vectors.BlindedHostWithClientKeys, true)]
    [InlineData("www.W2F32ATKOTKX6YO2YZN6KZRELRJ627B24T3FKMN6USFUZCPKE3WLFX7F.b32.i2p.", false)]
    public void The_address_of_an_encrypted_lease_set_is_told_by_its_length_and_checksum(string text, bool needsClientKey)
    {
        var endPoint = (I2PEndPoint)I2PEndPoint.Parse(text, 80).EndPoint!;
        endPoint.Kind.Should().Be(I2PHostKind.Blinded);
        endPoint.Host.Should().Be(needsClientKey ? Vectors.BlindedHostWithClientKeys : Vectors.BlindedHost);
        I2PDestination.TryParse(Vectors.Destination, out I2PDestination? destination, out _).Should().BeTrue();
        new BlindedAddress(destination!.SigningKey.ToArray(), 7, false, needsClientKey).Host.Should().Be(endPoint.Host);
    }

    [Theory]
    [InlineData("stats.i2p", "stats.i2p")]
    [InlineData("WWW.Stats.I2P.", "www.stats.i2p")]
    [InlineData("a-b.xn--80ak6aa92e.i2p", "a-b.xn--80ak6aa92e.i2p")]
    [InlineData("b32.stats.i2p", "b32.stats.i2p")]
    [InlineData("i2p.i2p", "i2p.i2p")]
    public void A_name_of_the_address_book_is_kept_whole(string text, string host)
    {
        var endPoint = (I2PEndPoint)I2PEndPoint.Parse(text, 80).EndPoint!;
        endPoint.Host.Should().Be(host);
        endPoint.Kind.Should().Be(I2PHostKind.Name);
    }

    [Theory]
    [InlineData("ekbtqnz4gzigd5fhqjjtp4cb7rzib4rkhze754wthzvtjha3dua.b32.i2p", "51 characters before .b32.i2p instead of 52")]
    [InlineData("0ekbtqnz4gzigd5fhqjjtp4cb7rzib4rkhze754wthzvtjha3dua.b32.i2p", "a character other than a-z and 2-7")]
    [InlineData("rekbtqnz4gzigd5fhqjjtp4cb7rzib4rkhze754wthzvtjha3dub.b32.i2p", "its last letter is none that an address ends with")]
    [InlineData("w2f32atkotkx6yo2yzn6kzrelrj627b24t3fkmn6usfuzcpke3wlfx7g.b32.i2p", "its checksum does not match")]
    [InlineData("02f32atkotkx6yo2yzn6kzrelrj627b24t3fkmn6usfuzcpke3wlfx7f.b32.i2p", "a character other than a-z and 2-7")]
    [InlineData("stats.b32.i2p", "5 characters before .b32.i2p")]
    [InlineData("b32.i2p", "0 characters before .b32.i2p")]
    [InlineData(".i2p", "nothing before .i2p")]
    [InlineData("i2p", "nothing before .i2p")]
    [InlineData("i2p.", "nothing before .i2p")]
    [InlineData("..i2p", "an empty label")]
    [InlineData("www.." + Valid, "an empty label")]
    [InlineData("." + Valid, "an empty label")]
    [InlineData(Valid + "..", "nothing before .i2p")]
    [InlineData(Valid + "\0", "the character U+0000")]
    [InlineData(Valid + "\0.example.com", "the character U+0000")]
    [InlineData(Valid + " ", "the character U+0020")]
    [InlineData(Valid + "\r\n", "the character U+000D")]
    [InlineData("a@" + Valid, "the character U+0040")]
    [InlineData("stats\u3002i2p", "the character U+3002")]
    [InlineData("st_ats.i2p", "a character other than a-z, 0-9, dots and hyphens")]
    [InlineData("-stats.i2p", "begins or ends with a hyphen")]
    [InlineData("stats-.i2p", "begins or ends with a hyphen")]
    [InlineData("a.-b.i2p", "begins or ends with a hyphen")]
    [InlineData("Router.i2p", "the routers' own")]
    [InlineData("a.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.i2p", "longer than 67")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.i2p", "a label longer than 63")]
    public void What_is_wrong_is_said(string host, string reason)
    {
        ParsedHost parsed = I2PEndPoint.Parse(host, 80);
        parsed.IsClaimed.Should().BeTrue();
        parsed.EndPoint.Should().BeNull();
        parsed.Why.Should().Contain(reason);
    }

    [Fact]
    public void A_host_that_is_too_long_and_no_destination_is_invalid_or_nobodys()
    {
        I2PEndPoint.Parse(string.Concat(Enumerable.Repeat("a.", 126)) + "i2p", 80).Why.Should().Contain("67");
        I2PEndPoint.Parse(string.Concat(Enumerable.Repeat("a.", 130)) + "i2p", 80).Why.Should().Be("it is longer than 255 characters, and no destination");
        I2PEndPoint.Parse(Vectors.Destination[1..] + ".i2p", 80).Why.Should().NotBeNull();
        I2PEndPoint.Parse(Vectors.Destination[1..], 80).IsClaimed.Should().BeFalse();
        I2PEndPoint.Parse(new string('A', 1 << 20), 80).IsClaimed.Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("example.com")]
    [InlineData("i2p.example.com")]
    [InlineData("noti2p")]
    [InlineData("example.noti2p")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion")]
    [InlineData("\0i2p")]
    public void Other_names_are_not_claimed(string host) => I2PEndPoint.Parse(host, 80).IsClaimed.Should().BeFalse();

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_out_of_range_is_an_answer_and_no_exception(int port) => I2PEndPoint.Parse(Valid, port).Why.Should().Contain("port");

    [Fact]
    public void An_end_point_redacts_its_host()
    {
        I2PEndPoint.Parse(Valid, 80).EndPoint!.Redacted.Should().Be("rekb….i2p");
        I2PEndPoint.Parse("stats.i2p", 80).EndPoint!.Redacted.Should().Be("….i2p");
    }

    [Fact]
    public void Any_hash_and_any_key_make_a_name_that_is_valid_and_canonical()
    {
        Gen.Byte.Array[32].Sample(hash => CheckCanonical(Base32.Encode(hash) + ".b32.i2p"), iter: 300);
        Gen.Select(Gen.Byte.Array[32], Gen.OneOf(7, 11), Gen.Bool, Gen.Bool).Sample((key, type, secret, client) =>
        {
            BlindedAddress made = new(key, type, secret, client);
            CheckCanonical(made.Host);
            BlindedAddress.TryParse(made.Host.AsSpan(0, 56), out BlindedAddress? read, out _).Should().BeTrue();
            (read!.SignatureType, read.NeedsSecret, read.NeedsClientKey).Should().Be((type, secret, client));
            read.PublicKey.ToArray().Should().Equal(key);
        }, iter: 300);

        static void CheckCanonical(string host) => I2PEndPoint.Parse(host.ToUpperInvariant() + ".", 80).EndPoint!.Host.Should().Be(host);
    }

    [Fact]
    public void Any_string_gives_one_answer_and_a_valid_one_is_canonical()
    {
        Gen<string> piece = Gen.OneOf(
            Gen.String[Gen.Char["a.\0-_\u3002 2Ω\ud800"], 0, 5],
            Gen.OneOf(Valid, Valid[..52], Vectors.BlindedHost, Vectors.Destination, ".b32", ".i2p", "i2p", "I2P", "www.", "\r\n", "%00", ":80"),
            Gen.String[0, 20]);
        piece.List[0, 5].Sample(pieces =>
        {
            ParsedHost parsed = I2PEndPoint.Parse(string.Concat(pieces), 80);
            if (parsed.EndPoint is { } endPoint)
            {
                parsed.Why.Should().BeNull();
                I2PEndPoint.Parse(endPoint.Host, 80).EndPoint.Should().Be(endPoint);
                endPoint.Host.Should().EndWith(".i2p").And.Be(endPoint.Host.ToLowerInvariant());
            }
        });
    }

    [Fact]
    public void No_string_that_ends_in_i2p_goes_unclaimed() =>
        Gen.Select(Gen.String[0, 30], Gen.OneOf(".i2p", ".I2P", ".i2P", "\u3002i2p", "\uff0ei2p"), Gen.String[Gen.Char[". \t\r\n\u3002"], 0, 4])
            .Sample((before, i2p, after) => I2PEndPoint.Parse(before + i2p + after, 80).IsClaimed.Should().BeTrue());
}
