using System.Net;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class LoopbackRangeTests
{
    [Fact]
    public void The_ranges_are_of_loopback_and_have_no_address_in_common()
    {
        LoopbackRange[] ranges = [LoopbackRange.Configured, LoopbackRange.OnDemand, LoopbackRange.Visitors];
        var seen = new HashSet<IPAddress>();
        foreach (LoopbackRange range in ranges)
        {
            for (int i = 0; i < range.Count; i++)
            {
                IPAddress address = range[i];
                IPAddress.IsLoopback(address).Should().BeTrue();
                seen.Add(address).Should().BeTrue();
                range.Contains(address).Should().BeTrue();
                address.GetAddressBytes()[3].Should().BeInRange(1, 254);
            }
        }

        LoopbackRange.Configured.First.ToString().Should().Be("127.71.0.1");
        LoopbackRange.Configured.Last.ToString().Should().Be("127.71.127.254");
        LoopbackRange.OnDemand.First.ToString().Should().Be("127.71.128.1");
        LoopbackRange.OnDemand.Last.ToString().Should().Be("127.71.255.254");
    }

    [Theory]
    [InlineData("127.71.0.0")]
    [InlineData("127.71.0.255")]
    [InlineData("127.71.128.1")]
    [InlineData("127.70.255.1")]
    [InlineData("127.71.1")]
    [InlineData("127.71.00.1")]
    [InlineData("::ffff:127.71.0.1")]
    [InlineData("localhost")]
    [InlineData("")]
    public void What_is_no_address_of_the_range_is_not_contained(string text) => LoopbackRange.Configured.Contains(text).Should().BeFalse();
}
