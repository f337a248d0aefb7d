using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Klyntar.Overlay.BinFetch;

/// <summary>A public key or subkey.</summary>
internal sealed class OpenPgpKey
{
    private const int Version = 4;
    private const int LeastRsaBits = 2048;

    private readonly OpenPgpPacket _packet;

    /// <exception cref="OpenPgpException">It cannot be read, or is of a kind that is not used here.</exception>
    public OpenPgpKey(OpenPgpPacket packet)
    {
        _packet = packet;
        Fingerprint = KeyFingerprint.Of(packet.Body.Span);
        if (packet.Body.Length == 0 || packet.Body.Span[0] != Version)
        {
            throw new OpenPgpException($"has a key of another version than {Version}");
        }

        Public = Library.Guard(() => new PgpPublicKeyRing(packet.Framed()).GetPublicKey(), "has a key that cannot be read");
    }

    public KeyFingerprint Fingerprint { get; }

    public PgpPublicKey Public { get; }

    public DateTimeOffset Created => Public.CreationTime;

    /// <summary>The key as signatures over keys take it in (RFC 9580, section 5.2.4).</summary>
    public byte[] Signed => [0x99, (byte)(_packet.Body.Length >> 8), (byte)_packet.Body.Length, .. _packet.Body.Span];

    /// <summary>Whether its signatures are worth anything today.</summary>
    public bool IsStrong => Public.Algorithm switch
    {
        PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaSign => Library.Guard(() => Public.BitStrength, "has a key that cannot be read") >= LeastRsaBits,
        PublicKeyAlgorithmTag.ECDsa or PublicKeyAlgorithmTag.EdDsa_Legacy => true,
        _ => false,
    };
}
