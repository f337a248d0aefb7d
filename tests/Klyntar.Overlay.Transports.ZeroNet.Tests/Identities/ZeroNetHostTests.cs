namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetHostTests
{
    private const string Address = "1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr";

    [Theory]
    [InlineData(Address)]
    [InlineData(Address + ".")]
    [InlineData(Address + ".zeronet")]
    [InlineData(Address + ".zeronet.")]
    [InlineData(Address + ".ZeroNet")]
    [InlineData("www." + Address + ".zeronet")]
    public void An_address_is_read_with_its_suffix_and_without(string host) =>
        ZeroNetEndPoint.Parse(host, 7332).EndPoint!.ToString().Should().Be(Address + ".zeronet:7332");

    [Fact]
    public void The_other_name_of_a_site_means_the_same_in_any_case()
    {
        ZeroNetAddress.TryParse(Address, out ZeroNetAddress? site, out _).Should().BeTrue();
        string name = ZeroNetHost.CaselessNameOf(site!);
        name.Should().Be(name.ToLowerInvariant()).And.HaveLength(48);
        foreach (string host in (string[])[name, name.ToUpperInvariant(), name + "."])
        {
            ZeroNetEndPoint.Parse(host, 80).EndPoint!.Host.Should().Be(Address + ".zeronet");
        }
    }

    [Fact]
    public void No_letter_of_the_other_name_may_be_mistyped()
    {
        ZeroNetAddress.TryParse(Address, out ZeroNetAddress? site, out _).Should().BeTrue();
        string name = ZeroNetHost.CaselessNameOf(site!);
        for (int i = 0; i < name.IndexOf('.', StringComparison.Ordinal); i++)
        {
            string mistyped = name[..i] + (name[i] == 'a' ? 'b' : 'a') + name[(i + 1)..];
            ParsedHost parsed = ZeroNetEndPoint.Parse(mistyped, 80);
            parsed.EndPoint.Should().BeNull();
            parsed.Why.Should().Be("its checksum does not match; a letter is mistyped");
        }
    }

    [Theory]
    [InlineData(Address)]
    [InlineData(Address + ".zeronet")]
    public void Whoever_writes_an_address_in_lower_case_is_told_of_the_other_name(string host)
    {
        ParsedHost parsed = ZeroNetEndPoint.Parse(host.ToLowerInvariant(), 80);
        parsed.EndPoint.Should().BeNull();
        parsed.Why.Should().Contain("has written it in lower case").And.Contain("40 characters");
    }

    [Theory]
    [InlineData("zeronet")]
    [InlineData(".zeronet")]
    [InlineData("a..zeronet")]
    [InlineData("..zeronet")]
    [InlineData("x.zeronet\0.example.com")]
    [InlineData("hello.zeronet")]
    [InlineData("1N2XWu5soeppX2qUjvrf81rpdbShKJrjTs")]
    public void What_is_ZeroNets_and_no_address_is_claimed_and_refused(string host)
    {
        ParsedHost parsed = ZeroNetEndPoint.Parse(host, 80);
        parsed.IsClaimed.Should().BeTrue();
        parsed.EndPoint.Should().BeNull();
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("1.2.3.4")]
    [InlineData("127.1")]
    [InlineData("1234567890")]
    [InlineData("zeronet.io")]
    [InlineData("notzeronet")]
    public void Names_of_others_are_not_claimed(string host) => ZeroNetEndPoint.Parse(host, 80).IsClaimed.Should().BeFalse();
}
