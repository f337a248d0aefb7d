namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a peer is reached over.</summary>
internal enum PeerLocationKind
{
    /// <summary>An IPv4 address.</summary>
    IPv4,

    /// <summary>An IPv6 address.</summary>
    IPv6,

    /// <summary>An onion service of version 3.</summary>
    Onion,

    /// <summary>A destination of I2P. Peers do not tell each other of those: they come from records and from the operator.</summary>
    I2P,
}
