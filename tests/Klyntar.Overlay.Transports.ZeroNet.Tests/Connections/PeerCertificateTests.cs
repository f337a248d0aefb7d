using System.Text;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerCertificateTests
{
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
