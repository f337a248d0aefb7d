using System.Net;
using System.Net.Sockets;
using CsCheck;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class OverlayEndPointTests
{
    private const string Onion = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion";

    [Fact]
    public void End_points_are_equal_by_overlay_host_and_port()
    {
        var one = new SampleEndPoint("a.example", 1);
        one.Equals(new SampleEndPoint("a.example", 1)).Should().BeTrue();
        one.Equals(new OtherSampleEndPoint("a.example", 1)).Should().BeTrue("the type adds nothing to where it leads");
        one.GetHashCode().Should().Be(new OtherSampleEndPoint("a.example", 1).GetHashCode());
        one.Equals(new SampleEndPoint("b.example", 1)).Should().BeFalse();
        one.Equals(new SampleEndPoint("a.example", 2)).Should().BeFalse();
        one.Equals(new SampleEndPoint("a.example", 1, "other")).Should().BeFalse();
        one.Equals((object)new DnsEndPoint("a.example", 1)).Should().BeFalse();
        (one.Equals((OverlayEndPoint?)null) || one.Equals((object?)null)).Should().BeFalse();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_out_of_range_is_a_bug(int port)
    {
        Action make = () => _ = new SampleEndPoint("a.example", port);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void It_prints_host_and_port_and_belongs_to_no_family_that_a_socket_could_connect()
    {
        var endPoint = new SampleEndPoint("a.example", 65535);
        endPoint.ToString().Should().Be("a.example:65535");
        endPoint.AddressFamily.Should().Be(AddressFamily.Unspecified);
    }

    [Theory]
    [InlineData(Onion, "p53l….onion")]
    [InlineData("short.onion", "….onion")]
    [InlineData("no-dot", "…")]
    [InlineData("a-name-without-any-dot-at-all", "a-na…")]
    [InlineData("ab.a-suffix-that-is-the-address", "…")]
    [InlineData(".", "….")]
    public void The_redacted_form_tells_two_apart_and_cannot_be_dialled(string host, string redacted) =>
        new SampleEndPoint(host, 1).Redacted.Should().Be(redacted);

    [Fact]
    public void The_redacted_form_never_holds_the_host()
    {
        Gen.String[Gen.Char["ab.-"], 0, 70].Sample(rest =>
        {
            string host = "a" + rest;
            string redacted = new SampleEndPoint(host, 1).Redacted;
            return redacted.Contains('…') && redacted.Length <= 17 && redacted.Replace("…", "") != host;
        });
    }
}
