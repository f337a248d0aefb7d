namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Why a site is kept.</summary>
internal enum SiteKind
{
    /// <summary>It is a stranger's that was dialled from here. What is known of it is kept for the next dial and told to nobody: whoever asked could learn who is visited. Those used the longest ago make room for new ones.</summary>
    Visited,

    /// <summary>It is of a peer that the operator has named. It is kept until he no longer does.</summary>
    Followed,

    /// <summary>It is signed here.</summary>
    Own,
}
