using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Who asks over a connection, as far as it is known.</summary>
/// <param name="Address">Where it connected from; null where it came over an overlay, which hides that.</param>
internal sealed record PeerAsker(IPAddress? Address)
{
    /// <summary>What it said of itself; null before the handshake, which real nodes do not insist on.</summary>
    public Handshake? Handshake { get; set; }

    /// <summary>The SHA-256 of the accepting side's certificate, where the connection is encrypted: what a signature names to be worth nothing elsewhere (RFC 5929, section 4, tls-server-end-point). Null where it is not.</summary>
    public ReadOnlyMemory<byte>? ChannelBinding { get; set; }
}
