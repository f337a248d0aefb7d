using System.Net;
using System.Text;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerFloodTests
{
    [Fact]
    public void One_address_has_so_many_and_others_are_not_kept_out()
    {
        FakeTimeProvider clock = new();
        PeerFlood flood = new(new PeerFloodLimits { Addresses = 2 }, clock);
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
    public void A_certificate_is_made_once_and_a_damaged_one_is_told()
    {
        InMemoryKeyStore keys = new();
        using PeerCertificate made = PeerCertificate.LoadOrMake(keys, TimeProvider.System);
        using PeerCertificate kept = PeerCertificate.LoadOrMake(keys, TimeProvider.System);
        kept.Sha256Hex.Should().Be(made.Sha256Hex).And.MatchRegex("^[0-9a-f]{64}$");

        InMemoryKeyStore damaged = new();
        damaged.Create(PeerCertificate.KeyName, Encoding.ASCII.GetBytes("no certificate"));
        damaged.Invoking(static k => PeerCertificate.LoadOrMake(k, TimeProvider.System)).Should().Throw<OverlayException>().WithMessage("*damaged*");
    }
}
