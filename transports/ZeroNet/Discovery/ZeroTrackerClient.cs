using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks zero:// trackers, which are peers that know the command announce.</summary>
/// <param name="opener">Connects to them.</param>
/// <param name="legs">What this gateway's peer port is reached over.</param>
internal sealed class ZeroTrackerClient(PeerOpener opener, ImmutableArray<ILeg> legs)
{
    private const int PeersWanted = 20;

    /// <summary>Tells a tracker of sites, or only asks it, for the peers of each.</summary>
    /// <param name="tracker">The tracker.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="isAdded">Whether this gateway is to be named as a peer of them.</param>
    /// <param name="request">The dial that is served.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TrackerReply> AnnounceAsync(TrackerAddress tracker, ImmutableArray<ZeroNetAddress> sites, bool isAdded, DialRequest request, CancellationToken cancellationToken)
    {
        (PeerUse? use, DialError? error) = await opener.OpenTrackerAsync(tracker.Peer, tellsSelf: isAdded, request, cancellationToken);
        if (use is null)
        {
            return TrackerReply.Failed(error!.ToString());
        }

        await using (use)
        {
            try
            {
                AnnounceParams announcement = Describe(sites, isAdded);
                (AnnounceAnswer? answer, string? why) = await AskAsync(use.Connection, announcement, cancellationToken);
                if (answer?.OnionSignThis is { } signThis && announcement.Onions.Length > 0 && Prove(signThis) is { } proof)
                {
                    (answer, why) = await AskAsync(use.Connection, announcement with { OnionSignatures = [proof], OnionSignThis = signThis }, cancellationToken);
                }

                return answer is null ? TrackerReply.Failed(why) : new TrackerReply([.. answer.Peers.Select(static peers => peers.Select(PeerLocation.Of).ToImmutableArray())], null);
            }
            catch (PeerException e)
            {
                return TrackerReply.Failed(e.Message);
            }
        }
    }

    private static async Task<(AnnounceAnswer? Answer, string? Why)> AskAsync(PeerConnection connection, AnnounceParams announcement, CancellationToken cancellationToken)
    {
        PeerResponse response = await connection.AskAsync(announcement, cancellationToken);
        return response.Error is not null ? (null, "it refuses; it may be no tracker")
            : AnnounceAnswer.Read(response, MessageLimits.Default, out MessageViolation? violation) is { } answer ? (answer, null)
            : (null, $"its answer cannot be read ({violation})");
    }

    private AnnounceParams Describe(ImmutableArray<ZeroNetAddress> sites, bool isAdded)
    {
        PeerLocation? address = isAdded ? legs.Select(static leg => leg.Address).FirstOrDefault(static address => address is { Kind: not PeerLocationKind.I2P }) : null;
        string? kind = address?.Kind switch
        {
            PeerLocationKind.IPv4 => AnnounceParams.IPv4,
            PeerLocationKind.IPv6 => AnnounceParams.IPv6,
            PeerLocationKind.Onion => AnnounceParams.Onion,
            _ => null,
        };
        return new AnnounceParams
        {
            Hashes = [.. sites.Select(static site => (ReadOnlyMemory<byte>)SiteHash.BytesOf(site))],
            Onions = address is { Kind: PeerLocationKind.Onion, Host: var host } ? [.. sites.Select(_ => host[..^OnionName.Suffix.Length])] : [],
            Port = address?.Port ?? 0,
            NeedTypes = [.. Wanted()],
            NeedCount = PeersWanted,

            // Older trackers know IPv4 by its old name alone.
            Add = kind is null ? [] : kind == AnnounceParams.IPv4 ? [AnnounceParams.OldIPv4, kind] : [kind],
        };
    }

    private IEnumerable<string> Wanted()
    {
        if (legs.Any(static leg => leg.Reaches(PeerLocationKind.IPv4)))
        {
            yield return AnnounceParams.OldIPv4;
            yield return AnnounceParams.IPv4;
            yield return AnnounceParams.IPv6;
        }

        if (legs.Any(static leg => leg.Reaches(PeerLocationKind.Onion)))
        {
            yield return AnnounceParams.Onion;
        }
    }

    private OnionSignature? Prove(string signThis) => legs.OfType<OverlayLeg>().Select(leg => leg.Prove(signThis)).FirstOrDefault(static proof => proof is not null);
}
