namespace Klyntar.Overlay.Cli.Tests;

public sealed class DialTargetTests
{
    [Theory]
    [InlineData("abc.onion:7332", "abc.onion", 7332)]
    [InlineData("a:b:1", "a:b", 1)]
    [InlineData("1Abc:1?zeronet_peers=1.2.3.4:5,[::1]:6", "1Abc?zeronet_peers=1.2.3.4:5,[::1]:6", 1)]
    [InlineData("zeronet://1Abc.zeronet:7332/?zeronet_peers=x.onion:5", "zeronet://1Abc.zeronet?zeronet_peers=x.onion:5", 7332)]
    public void The_port_is_what_follows_the_last_colon_of_the_host(string text, string host, int port) =>
        DialCommand.ParseTarget(text).Should().Be((host, port));

    [Theory]
    [InlineData("")]
    [InlineData("abc.onion")]
    [InlineData("abc.onion:")]
    [InlineData(":80")]
    [InlineData("abc.onion:0")]
    [InlineData("abc.onion:65536")]
    [InlineData("abc.onion:-1")]
    [InlineData("abc.onion:http")]
    [InlineData("1Abc?zeronet_peers=1.2.3.4:5")]
    [InlineData("ZERONET://1Abc:80")]
    [InlineData("?a:80")]
    public void A_target_without_a_port_is_refused(string text)
    {
        Action parse = () => DialCommand.ParseTarget(text);

        parse.Should().Throw<OverlayException>().WithMessage("*Write it as in*");
    }
}
