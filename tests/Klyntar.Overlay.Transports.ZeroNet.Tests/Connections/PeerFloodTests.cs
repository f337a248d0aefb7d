using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerFloodTests
{
    [Fact]
    public void One_address_has_so_many_and_others_are_not_kept_out()
    {
        FakeTimeProvider clock = new();
        PeerFlood flood = new(new PeerFloodLimits { Addresses = 2, PerAddress = 16, NewPerAddress = 6 }, clock);
        IPAddress[] neighbours = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2")];
        Enumerable.Range(0, 10).Count(i => flood.TryEnter(neighbours[i % 2]) is not null).Should().Be(6);
        Enumerable.Range(0, 50).Count(_ => flood.TryEnter(null) is not null).Should().Be(50);
        flood.TryEnter(IPAddress.Parse("::ffff:192.0.2.1")).Should().NotBeNull();
        flood.TryEnter(IPAddress.Parse("192.0.2.2")).Should().NotBeNull();
        flood.Remembered.Should().Be(2);
        clock.Advance(TimeSpan.FromSeconds(15));
        using (PeerPass? pass = flood.TryEnter(neighbours[0]))
        {
            pass.Should().NotBeNull();
            flood.Open.Should().Be(59);
        }

        flood.Open.Should().Be(58);
    }

    [Fact]
    public void Whoever_turns_out_to_be_a_visitor_takes_nothing_from_peers()
    {
        PeerFlood flood = new(new PeerFloodLimits { NewPerAddress = 1 }, new FakeTimeProvider());
        var address = IPAddress.Parse("192.0.2.1");
        for (int i = 0; i < 10; i++)
        {
            PeerPass? pass = flood.TryEnter(address);
            pass.Should().NotBeNull();
            pass!.Excuse();
            pass.Dispose();
        }

        flood.Open.Should().Be(0);
        flood.TryEnter(address).Should().NotBeNull();
        flood.TryEnter(address).Should().BeNull();
    }
}
