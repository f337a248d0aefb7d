using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What answers to peers are made of; the same for all connections.</summary>
internal sealed record RequestServices
{
    /// <summary>The sites that are served.</summary>
    public required SiteShelf Shelf { get; init; }

    /// <summary>Who else has them.</summary>
    public required SitePeers Peers { get; init; }

    /// <summary>Our own tracker; null where there is none, so that announcements are not known here.</summary>
    public TrackerTable? Tracker { get; init; }

    /// <summary>The zero:// trackers that peers are told of.</summary>
    public Func<ImmutableArray<string>> Trackers { get; init; } = static () => [];

    /// <summary>Whether a port of an asker is reached from here. It is for this to give up after some seconds.</summary>
    public required Func<IPAddress, int, CancellationToken, ValueTask<bool>> ReachesAsync { get; init; }

    /// <summary>
    /// Told whenever a peer has something newer of a site than was here, as he says or has shown: a content.json that he did not send along, or files of one that he did. The peer
    /// is to be asked for it. Returns at once, and bears being told often.
    /// </summary>
    public required Action<ZeroNetAddress, PeerAsker> HasNewer { get; init; }

    /// <summary>Caps on what a peer sends.</summary>
    public MessageLimits Limits { get; init; } = MessageLimits.Default;
}
