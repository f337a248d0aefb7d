namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>In which form a dialler asks for encryption.</summary>
internal enum PeerEncryption
{
    /// <summary>Not at all, as real nodes do towards onions and local addresses.</summary>
    None,

    /// <summary>Offered in the handshake in clear; where the peer agrees, TLS begins right after its answer.</summary>
    Upgrade,

    /// <summary>TLS from the first byte on, and the handshake inside, which real nodes try first.</summary>
    Implicit,
}
