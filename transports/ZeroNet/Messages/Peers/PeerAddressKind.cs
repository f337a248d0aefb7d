namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a packed peer's address is.</summary>
internal enum PeerAddressKind
{
    /// <summary>An IPv4 address.</summary>
    IPv4,

    /// <summary>An IPv6 address.</summary>
    IPv6,

    /// <summary>An onion service of version 3.</summary>
    Onion,
}
