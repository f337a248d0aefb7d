namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a datagram on the local network asks or answers.</summary>
internal enum LanCommand
{
    /// <summary>Asks who is there.</summary>
    DiscoverRequest,

    /// <summary>Says that somebody is, and when his list of sites last changed.</summary>
    DiscoverResponse,

    /// <summary>Asks for somebody's list of sites.</summary>
    SiteListRequest,

    /// <summary>A part of that list.</summary>
    SiteListResponse,
}
