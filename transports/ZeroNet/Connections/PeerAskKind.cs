namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What the answer to a request of ours brings with it.</summary>
internal enum PeerAskKind
{
    /// <summary>Nothing, or raw bytes.</summary>
    Message,

    /// <summary>What the peer says of itself, and encryption where both want it.</summary>
    Handshake,

    /// <summary>The connection itself, unless the peer refuses.</summary>
    Stream,
}
