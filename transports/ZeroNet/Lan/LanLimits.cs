namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Caps on what is heard and said on the local network, where anybody can send datagrams in anybody's name.</summary>
internal static class LanLimits
{
    /// <summary>The longest datagram that is read, in bytes: what real nodes read.</summary>
    public const int Datagram = 8 * 1024;

    /// <summary>The most sites of one datagram that are told, as with real nodes, or looked at.</summary>
    public const int SitesAtOnce = 100;

    /// <summary>The most sites of one peer that are remembered: 48 KB.</summary>
    public const int SitesOfPeer = 1_000;

    /// <summary>The most peers that are remembered. Those heard the longest ago go first.</summary>
    public const int Peers = 256;

    /// <summary>The most peers at one address: a machine may run several.</summary>
    public const int PeersOfHost = 8;

    /// <summary>The most networks of this machine that are asked.</summary>
    public const int Networks = 16;

    /// <summary>How many datagrams may be sent to others at once, whoever asks: as many peers answer a question of ours within a moment.</summary>
    public const int AnswersAtOnce = 64;

    /// <summary>How many more each second: less than 60 KB, were all of them the longest.</summary>
    public const int AnswersPerSecond = 16;

    /// <summary>How long a peer that is no longer heard is remembered, as with real nodes.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);
}
