namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>How a tracker is asked.</summary>
internal enum TrackerKind
{
    /// <summary>By the command announce of ZeroNet's peers.</summary>
    Zero,

    /// <summary>By HTTP, as BitTorrent's.</summary>
    Http,

    /// <summary>By UDP, as BitTorrent's (BEP 15).</summary>
    Udp,
}
