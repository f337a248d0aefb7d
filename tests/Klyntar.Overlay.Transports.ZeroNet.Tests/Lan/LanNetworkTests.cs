using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class LanNetworkTests
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData("192.168.1.5", 24, "192.168.1.0/24", "192.168.1.255")]
    [InlineData("10.20.30.40", 8, "10.0.0.0/8", "10.255.255.255")]
    [InlineData("172.31.4.5", 30, "172.31.4.4/30", "172.31.4.7")]
    [InlineData("169.254.7.8", 16, "169.254.0.0/16", "169.254.255.255")]
    public void A_private_network_has_its_addresses_and_one_that_means_them_all(string address, int prefix, string range, string broadcast)
    {
        LanNetwork network = LanNetwork.Of(IPAddress.Parse(address), prefix, allowsLoopback: false)!;
        network.Range.Should().Be(IPNetwork.Parse(range));
        network.Broadcast.Should().Be(IPAddress.Parse(broadcast));
    }

    [Theory]
    [InlineData("9.9.9.9", 24)]
    [InlineData("192.168.1.5", 8)]
    [InlineData("172.16.0.1", 11)]
    [InlineData("172.32.0.1", 16)]
    [InlineData("100.64.0.1", 24)]
    [InlineData("10.8.0.2", 31)]
    [InlineData("10.8.0.2", 32)]
    [InlineData("127.0.0.1", 8)]
    [InlineData("fe80::1", 64)]
    [InlineData("::ffff:192.168.1.5", 24)]
    public void No_other_network_is_asked(string address, int prefix) => LanNetwork.Of(IPAddress.Parse(address), prefix, allowsLoopback: false).Should().BeNull();

    [Fact]
    public void This_machines_own_network_counts_only_where_private_ones_are_allowed()
    {
        LanNetwork.OfThisMachine(allowsLoopback: true).Select(static network => network.Range).Should().Contain(IPNetwork.Parse("127.0.0.0/8"));
        LanNetwork.OfThisMachine(allowsLoopback: false).Select(static network => network.Range).Should().NotContain(IPNetwork.Parse("127.0.0.0/8"));
    }

    [Fact]
    public void Only_machines_of_networks_that_the_peer_port_listens_on_are_there()
    {
        LanNetworks everywhere = Networks("0.0.0.0");
        everywhere.Current.Should().HaveCount(2);
        everywhere.Has(IPAddress.Parse("192.168.1.7")).Should().BeTrue();
        everywhere.Has(IPAddress.Parse("10.1.2.3")).Should().BeTrue();
        foreach (string other in new[] { "192.168.2.7", "9.9.9.9", "127.0.0.1", "192.168.1.255", "192.168.1.0", "10.255.255.255", "255.255.255.255", "224.0.0.1", "::ffff:192.168.1.7" })
        {
            everywhere.Has(IPAddress.Parse(other)).Should().BeFalse("{0} is no neighbour", other);
        }

        Networks("::").Current.Should().HaveCount(2);
        Networks("192.168.1.5").Current.Should().ContainSingle().Which.Range.Should().Be(IPNetwork.Parse("192.168.1.0/24"));
        Networks("127.0.0.1").Current.Should().BeEmpty();
        Networks("9.9.9.9").Current.Should().BeEmpty();
    }

    [Fact]
    public void Networks_are_looked_at_again_after_half_a_minute_and_no_more_than_sixteen_count()
    {
        ImmutableArray<LanNetwork> there = [];
        int looks = 0;
        LanNetworks networks = new(
            () =>
            {
                looks++;
                return there;
            },
            IPAddress.Any,
            _clock);
        networks.Current.Should().BeEmpty();
        there = [.. Enumerable.Range(0, 20).Select(static i => Of($"10.{i}.0.1", 16))];
        _clock.Advance(TimeSpan.FromSeconds(29));
        networks.Current.Should().BeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(1));
        networks.Current.Should().HaveCount(LanLimits.Networks);
        looks.Should().Be(2);
    }

    private static LanNetwork Of(string address, int prefix) => LanNetwork.Of(IPAddress.Parse(address), prefix, allowsLoopback: false)!;

    private LanNetworks Networks(string listen) => new(static () => [Of("192.168.1.5", 24), Of("10.1.1.1", 8)], IPAddress.Parse(listen), _clock);
}
