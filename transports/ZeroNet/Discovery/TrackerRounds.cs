using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks trackers, each in its way and over the leg that reaches it, and notes the peers that they name.</summary>
internal sealed partial class TrackerRounds
{
    /// <summary>How long a tracker may take before nobody waits for it any longer, and a person is told of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int PeersWanted = 50;
    private const int MostNotes = 4;

    private readonly ImmutableArray<TrackerAddress> _trackers;
    private readonly ImmutableArray<ILeg> _legs;
    private readonly ZeroTrackerClient _zero;
    private readonly HttpTrackerClient _http;
    private readonly UdpTrackerClient _udp;
    private readonly SitePeers _peers;
    private readonly TrackerTable? _own;
    private readonly string _peerId;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    // What each tracker that has not answered was last told: since when it owes an answer, and why there is none, where that is known.
    private readonly ConcurrentDictionary<TrackerAddress, (long Since, string? Why)> _owing = new();

    /// <summary>Makes it.</summary>
    /// <param name="trackers">The trackers; those that no leg reaches are left out.</param>
    /// <param name="legs">The legs.</param>
    /// <param name="opener">Connects to peers.</param>
    /// <param name="peers">Where peers are noted.</param>
    /// <param name="own">This gateway's own tracker, which is asked without the network; or null.</param>
    /// <param name="peerId">This peer's own id for this run: 20 bytes of ASCII.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The transport's logger.</param>
    public TrackerRounds(IEnumerable<TrackerAddress> trackers, ImmutableArray<ILeg> legs, PeerOpener opener, SitePeers peers, TrackerTable? own, string peerId, TimeProvider clock, ILogger logger)
    {
        _legs = legs;
        _peers = peers;
        _own = own;
        _peerId = peerId;
        _clock = clock;
        _logger = logger;
        _zero = new ZeroTrackerClient(opener, legs);
        _http = new HttpTrackerClient(clock);
        _udp = new UdpTrackerClient(clock);
        _trackers = [.. trackers.Where(tracker => LegOf(tracker) is not null)];
    }

    /// <summary>Whether there are no trackers to ask.</summary>
    public bool IsEmpty => _trackers.IsEmpty && _own is null;

    /// <summary>The zero:// trackers, as peers are told of them.</summary>
    public ImmutableArray<string> Zero => [.. _trackers.Where(static tracker => tracker.Kind == TrackerKind.Zero).Select(static tracker => tracker.Url.OriginalString)];

    /// <summary>The trackers that were told of this gateway's sites and do not answer, as sentences for a person: they name addresses.</summary>
    public ImmutableArray<string> Notes
    {
        get
        {
            string[] silent = [.. _trackers.Select(tracker => SilenceOf(tracker) is { } why
                ? $"The tracker {tracker.Url.OriginalString} does not know this gateway's sites: {why}. It is asked again; if it stays so, take it out of transports.zeronet.trackers."
                : null).OfType<string>()];
            return silent.Length <= MostNotes ? [.. silent] : [.. silent.Take(MostNotes), $"The same holds for {silent.Length - MostNotes} more trackers."];
        }
    }

    /// <summary>Asks all trackers for peers of a site, without naming this gateway as one.</summary>
    /// <returns>How many peers were new.</returns>
    public async Task<int> FindAsync(ZeroNetAddress site, DialRequest request, CancellationToken cancellationToken)
    {
        int own = _own is null ? 0 : _peers.Add(site, _own.Find(site).Select(PeerLocation.Of), PeerSource.Tracker("own"));
        int?[] others = await Task.WhenAll(_trackers.Select(tracker => AskAsync(tracker, [site], isAdded: false, request, cancellationToken)));
        return own + others.Sum(static found => found ?? 0);
    }

    /// <summary>Tells all trackers of sites that this gateway serves.</summary>
    /// <param name="sites">The sites.</param>
    /// <param name="onAnswer">Called for each tracker that has them now.</param>
    /// <param name="request">As what trackers are dialled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AnnounceAsync(ImmutableArray<ZeroNetAddress> sites, Action onAnswer, DialRequest request, CancellationToken cancellationToken)
    {
        foreach (PackedPeer self in _own is null ? [] : _legs.Select(static leg => leg.Address?.Pack()).OfType<PackedPeer>())
        {
            foreach (ZeroNetAddress site in sites)
            {
                _own!.Add(site, self);
            }
        }

        if (_own is not null)
        {
            onAnswer();
        }

        await Task.WhenAll(_trackers.Select(tracker => TellAsync(tracker, sites, onAnswer, request, cancellationToken)));
    }

    private string? SilenceOf(TrackerAddress tracker) => !_owing.TryGetValue(tracker, out (long Since, string? Why) owed) ? null
        : owed.Why ?? (_clock.GetElapsedTime(owed.Since) >= Patience ? "it has not answered yet" : null);

    private async Task TellAsync(TrackerAddress tracker, ImmutableArray<ZeroNetAddress> sites, Action onAnswer, DialRequest request, CancellationToken cancellationToken)
    {
        // One that owes an answer since an earlier round owes it since then.
        _owing.TryAdd(tracker, (_clock.GetTimestamp(), null));
        if (await AskAsync(tracker, sites, isAdded: true, request, cancellationToken) is not null)
        {
            _owing.TryRemove(tracker, out _);
            onAnswer();
        }
    }

    private async Task<int?> AskAsync(TrackerAddress tracker, ImmutableArray<ZeroNetAddress> sites, bool isAdded, DialRequest request, CancellationToken cancellationToken)
    {
        TrackerReply reply = tracker.Kind == TrackerKind.Zero
            ? await _zero.AnnounceAsync(tracker, sites, isAdded, request, cancellationToken)
            : await AskEachAsync(tracker, sites, isAdded, request, cancellationToken);
        if (reply.Why is { } why)
        {
            LogNoAnswer(tracker.Kind, why);
            if (isAdded)
            {
                _owing[tracker] = (_clock.GetTimestamp(), why);
            }

            return null;
        }

        var source = PeerSource.Tracker(tracker.Url.OriginalString);
        return sites.Zip(reply.Peers).Sum(site => _peers.Add(site.First, site.Second, source));
    }

    // BitTorrent's trackers are asked for one site at a time, and name whoever asks as a peer.
    private async Task<TrackerReply> AskEachAsync(TrackerAddress tracker, ImmutableArray<ZeroNetAddress> sites, bool isAdded, DialRequest request, CancellationToken cancellationToken)
    {
        ILeg leg = LegOf(tracker)!;
        int port = isAdded && leg.Address is { } address ? address.Port : TrackerAnnouncement.Unreachable;
        var found = ImmutableArray.CreateBuilder<ImmutableArray<PeerLocation>>();
        foreach (ZeroNetAddress site in sites)
        {
            // Over an overlay clients' questions are not to be known for this gateway's.
            var announcement = new TrackerAnnouncement(site.Text, isAdded || !leg.IsOverlay ? _peerId : PeerSelf.MakePeerId(), port, PeersWanted);
            (TrackerAnswer? answer, string? why) = tracker.Kind == TrackerKind.Http
                ? await _http.AnnounceAsync(leg, tracker, announcement, request, cancellationToken)
                : await _udp.AnnounceAsync(new IPEndPoint(IPAddress.Parse(tracker.Peer.Host), tracker.Peer.Port), announcement, cancellationToken);
            if (answer is null)
            {
                return TrackerReply.Failed(why);
            }

            found.Add([.. answer.Peers.Select(static peer => PeerLocation.Of(peer.Address, peer.Port))]);
        }

        return new TrackerReply(found.ToImmutable(), null);
    }

    // No overlay carries datagrams.
    private ILeg? LegOf(TrackerAddress tracker) => _legs.FirstOrDefault(leg => leg.Reaches(tracker.Peer.Kind) && (tracker.Kind != TrackerKind.Udp || !leg.IsOverlay));

    [LoggerMessage(Level = LogLevel.Debug, Message = "A tracker ({Kind}) was asked in vain: {Why}")]
    private partial void LogNoAnswer(TrackerKind kind, string why);
}
