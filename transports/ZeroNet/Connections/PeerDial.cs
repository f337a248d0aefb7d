using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>How one peer is dialled.</summary>
/// <param name="Encryption">The form of encryption.</param>
/// <param name="TargetAddress">The address that was dialled, which the handshake tells the peer.</param>
internal sealed record PeerDial(PeerEncryption Encryption, string TargetAddress)
{
    /// <summary>The SHA-256 of the certificate that the peer must have, 32 bytes; null where any will do, or none.</summary>
    public ReadOnlyMemory<byte>? ExpectedCertificate { get; init; }

    /// <summary>The peer's address, for those who answer it; null over an overlay.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Whether the connection is for asking a tracker only.</summary>
    public bool IsTrackerConnection { get; init; }
}
