using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SiteSeedsTests
{
    private const string Host = "1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr.zeronet";

    private static readonly string Onion = OnionName.Of(new byte[32]) + OnionName.Suffix;

    [Fact]
    public void Peers_behind_a_name_are_kept_in_its_end_point_and_make_no_other_of_it()
    {
        var endPoint = (ZeroNetEndPoint)ZeroNetEndPoint.Parse(Host, 7332, $"zeronet_peers=1.2.3.4:15441,{Onion}:15441,[::1]:2,abc.i2p:80,1.2.3.4:15441").EndPoint!;
        endPoint.Seeds.Peers.Select(static peer => peer.Host).Should().Equal("1.2.3.4", Onion, "::1", "abc.i2p");
        endPoint.Should().Be(ZeroNetEndPoint.Parse(Host, 7332).EndPoint);
        endPoint.ToString().Should().Be($"{Host}:7332");
    }

    [Fact]
    public void Escaped_peers_are_read_and_their_order_makes_no_difference()
    {
        SiteSeeds.TryParse("zeronet_peers=1.2.3.4%3A80%2c5.6.7.8%3A80", out SiteSeeds? one, out _).Should().BeTrue();
        SiteSeeds.TryParse("zeronet_peers=5.6.7.8:80,1.2.3.4:80", out SiteSeeds? other, out _).Should().BeTrue();
        one.Should().Be(other).And.NotBe(SiteSeeds.None);
        one!.GetHashCode().Should().Be(other!.GetHashCode());
    }

    [Theory]
    [InlineData("", "all that may follow its question mark is zeronet_peers=HOST:PORT,HOST:PORT")]
    [InlineData("zeronet_peer=1.2.3.4:80", "all that may follow its question mark is zeronet_peers=HOST:PORT,HOST:PORT")]
    [InlineData("zeronet_peers=1.2.3.4:80&a=b", "all that may follow its question mark is zeronet_peers=HOST:PORT,HOST:PORT")]
    [InlineData("zeronet_peers=", "peer 1 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.2.3.4", "peer 1 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.2.3.4:80,", "peer 2 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.2.3.4:80,node.example:80", "peer 2 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.2.3.4:80,short.onion:80", "peer 2 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.2.3.4:0", "peer 1 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.2.3.4:65536", "peer 1 of those to ask is no HOST:PORT with an IP address or a name on an overlay")]
    [InlineData("zeronet_peers=1.1.1.1:2,1.1.1.2:2,1.1.1.3:2,1.1.1.4:2,1.1.1.5:2,1.1.1.6:2,1.1.1.7:2,1.1.1.8:2,1.1.1.9:2", "it names more than 8 peers to ask")]
    public void What_is_malformed_is_refused_with_its_cause(string query, string cause)
    {
        ParsedHost parsed = ZeroNetEndPoint.Parse(Host, 80, query);
        parsed.EndPoint.Should().BeNull();
        parsed.Why.Should().Be(cause);
    }

    [Fact]
    public void Any_query_is_read_or_refused_and_nothing_throws() =>
        Gen.OneOf(Gen.String[0, 300], Gen.Char["zeronet_peers=.:,%1[]"].Array[0, 40].Select(static text => "zeronet_peers=" + new string(text)))
            .Sample(static query => SiteSeeds.TryParse(query, out SiteSeeds? seeds, out string? why) ? seeds.Peers.Length is > 0 and <= SiteSeeds.Most : why is { Length: > 0 });
}
