using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What came of asking a tracker.</summary>
/// <param name="Peers">Peers for each site, in their order; fewer lists where it left the last ones out.</param>
/// <param name="Why">Why there are none, as a clause; null where it answered.</param>
internal sealed record TrackerReply(ImmutableArray<ImmutableArray<PeerLocation>> Peers, string? Why)
{
    /// <summary>No answer.</summary>
    public static TrackerReply Failed(string? why) => new([], why ?? "it does not answer");
}
