using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class EndPointTextTests
{
    [Theory]
    [InlineData("127.0.0.1:5666")]
    [InlineData("0.0.0.0:0")]
    [InlineData("[::1]:65535")]
    [InlineData("[::ffff:127.0.0.1]:1")]
    [InlineData("unix:/run/klyntar overlay/node.sock")]
    public void Addresses_and_Unix_paths_are_end_points_and_are_written_as_they_were_read(string text)
    {
        EndPointText.TryParse(text, out EndPoint? endPoint, out string? why).Should().BeTrue();
        why.Should().BeNull();
        EndPointText.Format(endPoint!).Should().Be(text);
        text.Should().MatchRegex(EndPointText.Pattern, "the schema accepts what the reader does");
    }

    [Theory]
    [InlineData("localhost:80", "A name is not accepted")]
    [InlineData("node.example:80", "A name is not accepted")]
    [InlineData("127.1:80", "no IP address")]
    [InlineData("0x7f.0.0.1:80", "A name is not accepted")]
    [InlineData("010.0.0.1:80", "no IP address")]
    [InlineData("2130706433:80", "no IP address")]
    [InlineData("::1:80", "no IP address")]
    [InlineData("[127.0.0.1]:80", "no IP address")]
    [InlineData("127.0.0.1", "The port")]
    [InlineData("127.0.0.1:", "The port")]
    [InlineData("127.0.0.1:65536", "The port")]
    [InlineData("127.0.0.1:+80", "The port")]
    [InlineData("127.0.0.1: 80", "The port")]
    [InlineData("", "no IP address")]
    [InlineData("unix:relative", "absolute")]
    [InlineData("unix:/", "absolute")]
    [InlineData("unix:/a\0b", "NUL")]
    public void Anything_else_is_refused_with_its_reason(string text, string expected)
    {
        EndPointText.TryParse(text, out EndPoint? endPoint, out string? why).Should().BeFalse();
        endPoint.Should().BeNull();
        why.Should().Contain(expected);
    }

    [Theory]
    [InlineData("127.0.0.1:7332")]
    [InlineData("[::1]:7332")]
    [InlineData("unix:/run/node.sock")]
    [InlineData("abc.b32.i2p:7332")]
    [InlineData("www.2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion:80")]
    [InlineData("Node_1.example:65535")]
    public void A_target_may_be_a_name_too_and_is_written_as_it_was_read(string text)
    {
        EndPointText.TryParseTarget(text, out EndPoint? target, out string? why).Should().BeTrue(why);
        EndPointText.Format(target!).Should().Be(text);
        text.Should().MatchRegex(EndPointText.TargetPattern, "the schema accepts what the reader does");
    }

    [Theory]
    [InlineData("localhost:80", "A name is not accepted")]
    [InlineData("a.localhost.:80", "A name is not accepted")]
    [InlineData("127.1:80", "no IP address")]
    [InlineData("0x7f.0.0.1:80", "A name is not accepted")]
    [InlineData("abc.b32.i2p", "The port")]
    [InlineData("abc.b32.i2p:0", "from 1 to 65535")]
    [InlineData("abc.b32.i2p:65536", "The port")]
    [InlineData("abc.b32.i2p:+80", "The port")]
    [InlineData("user@abc.onion:80", "no IP address")]
    [InlineData("http://abc.onion:80", "no IP address")]
    [InlineData("abc onion:80", "no IP address")]
    [InlineData(":80", "no IP address")]
    [InlineData("", "no IP address")]
    public void A_target_that_is_neither_is_refused_with_its_reason(string text, string expected)
    {
        EndPointText.TryParseTarget(text, out EndPoint? target, out string? why).Should().BeFalse();
        target.Should().BeNull();
        why.Should().Contain(expected);
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused() =>
        EndPointText.TryParse("unix:/" + new string('x', 120), out _, out string? why).Should().Be(false, why);

    [Fact]
    public void Any_text_gives_an_answer() =>
        Gen.String[0, 40].Sample(text =>
            (EndPointText.TryParse(text, out EndPoint? endPoint, out string? why) ? endPoint is not null : why is { Length: > 0 })
            && (EndPointText.TryParseTarget(text, out EndPoint? target, out string? whyNot) ? target is not null : whyNot is { Length: > 0 }));
}
