namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Why a site is kept.</summary>
internal enum SiteKind
{
    /// <summary>It is a stranger's, kept so that others find it while he is away. Those used the longest ago make room for new ones.</summary>
    Seeded,

    /// <summary>It is of a peer that the operator has named. It is kept until he no longer does.</summary>
    Followed,

    /// <summary>It is signed here.</summary>
    Own,
}
