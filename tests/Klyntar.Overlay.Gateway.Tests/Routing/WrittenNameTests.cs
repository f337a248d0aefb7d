using CsCheck;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class WrittenNameTests
{
    [Theory]
    [InlineData("abc.onion", "abc.onion", null, null, null)]
    [InlineData("abc.onion:80", "abc.onion", 80, null, null)]
    [InlineData("1Abc.zeronet:7332?zeronet_peers=1.2.3.4:15441,x.onion:1", "1Abc.zeronet", 7332, "zeronet_peers=1.2.3.4:15441,x.onion:1", null)]
    [InlineData("1Abc?a=b", "1Abc", null, "a=b", null)]
    [InlineData("1Abc:80?", "1Abc", 80, null, null)]
    [InlineData("1Abc:80/?a=b?c", "1Abc", 80, "a=b?c", null)]
    [InlineData("zeronet://1Abc.zeronet:7332/?zeronet_peers=1.2.3.4:15441", "1Abc.zeronet", 7332, "zeronet_peers=1.2.3.4:15441", "zeronet")]
    [InlineData("tor://abc.onion", "abc.onion", null, null, "tor")]
    [InlineData("i2p://abc.i2p/", "abc.i2p", null, null, "i2p")]
    [InlineData("a:80?x=y://z", "a", 80, "x=y://z", null)]
    public void A_name_is_taken_apart(string text, string host, int? port, string? query, string? overlay)
    {
        WrittenName.TryParse(text, out WrittenName name, out string? why).Should().BeTrue(why);
        name.Should().Be(new WrittenName(host, port, query, overlay));
        WrittenName.TryParse(name.WithoutPort, out WrittenName again, out _).Should().BeTrue();
        again.Should().Be(name with { Port = null });
    }

    [Theory]
    [InlineData("a:", "What follows the colon is no port from 1 to 65535.")]
    [InlineData("a:65536?b", "What follows the colon is no port from 1 to 65535.")]
    [InlineData("a:80/b", "What follows the colon is no port from 1 to 65535.")]
    [InlineData("://a", "What precedes \"://\" is no name of an overlay.")]
    [InlineData("Tor://a", "What precedes \"://\" is no name of an overlay.")]
    [InlineData("a?b c", "What follows the question mark is longer than 440 characters, or has others than those of a URI.")]
    [InlineData("a?b\r\n", "What follows the question mark is longer than 440 characters, or has others than those of a URI.")]
    [InlineData("a?ä", "What follows the question mark is longer than 440 characters, or has others than those of a URI.")]
    public void What_is_no_name_is_refused_with_its_cause(string text, string cause)
    {
        WrittenName.TryParse(text, out _, out string? why).Should().BeFalse();
        why.Should().Be(cause);
    }

    [Fact]
    public void The_longest_query_goes_over_the_dial_socket_whole()
    {
        WrittenName name = new("host", null, new string('q', WrittenName.MostQuery), new string('o', 32));
        (ReadOnlyMemory<byte> user, ReadOnlyMemory<byte> password) = AdminSockets.CredentialsOf(name)!.Value;
        user.Length.Should().BeLessThanOrEqualTo(255);
        password.Length.Should().BeLessThanOrEqualTo(255);
        WrittenName.TryParse($"a?{new string('q', WrittenName.MostQuery + 1)}", out _, out _).Should().BeFalse();
    }

    [Fact]
    public void What_another_program_writes_behind_a_name_on_the_dial_socket_is_not_lost() =>
        AdminSockets.NameOf(new SocksRequest { Protocol = SocksProtocol.Socks5, Command = SocksCommand.Connect, Host = "host", Query = "a=b", Port = 80 })
            .Should().Be(new WrittenName("host", null, "a=b"));

    [Fact]
    public void Any_text_is_a_name_or_refused_and_nothing_throws() =>
        Gen.OneOf(Gen.String[0, 500], Gen.Char["a1.:/?=&, é[]"].Array[0, 20].Select(static text => new string(text)))
            .Sample(static text => WrittenName.TryParse(text, out WrittenName name, out string? why) ? why is null && name.Host is not null : why is { Length: > 0 });
}
