using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Connects to peers, and to the gateways that records name, each over the leg that reaches it. Whatever one client, or the gateway itself, asks a peer at a time goes over one connection:
/// real nodes hold off for half a minute who connects more than six times in 15 s, and whoever follows many sites asks one peer for all of them.
/// </summary>
/// <param name="legs">The legs.</param>
/// <param name="options">How to speak with peers over each of them.</param>
/// <param name="requests">Makes what answers the own requests of peers that know where this gateway is reached.</param>
internal sealed class PeerOpener(ImmutableArray<ILeg> legs, Func<ILeg, PeerConnectionOptions> options, Func<PeerAsker, IPeerRequests> requests)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SharedPeerKey, SharedPeer> _shared = [];

    /// <summary>Whether anything here reaches a peer that is not this gateway itself, as which trackers and peers name it, too.</summary>
    public bool Reaches(PeerLocation peer) => legs.Any(leg => leg.Reaches(peer.Kind) && leg.Address != peer);

    /// <summary>Connects to a peer, encrypted where peers do that: on the ordinary network, if the peer can.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="tellsSelf">Whether the peer is to know where this gateway is reached: it takes who asks it for a site for one who has the site, and tells others of him.</param>
    /// <param name="request">The dial that is served.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<(PeerUse? Use, DialError? Error)> OpenAsync(PeerLocation peer, bool tellsSelf, DialRequest request, CancellationToken cancellationToken) =>
        UseAsync(new SharedPeerKey(peer, IsTracker: false, tellsSelf, request.Isolation), request, cancellationToken);

    /// <summary>Connects to a tracker, which then does not take this gateway for a peer of its sites.</summary>
    /// <param name="tracker">The tracker.</param>
    /// <param name="tellsSelf">Whether the tracker is to know where this gateway is reached.</param>
    /// <param name="request">The dial that is served.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<(PeerUse? Use, DialError? Error)> OpenTrackerAsync(PeerLocation tracker, bool tellsSelf, DialRequest request, CancellationToken cancellationToken) =>
        UseAsync(new SharedPeerKey(tracker, IsTracker: true, tellsSelf, request.Isolation), request, cancellationToken);

    /// <summary>
    /// Connects to a gateway, encrypted and with the certificate that the record names, over an overlay as well. A visitor is known by his key alone, so the gateway does not learn where this one is reached.
    /// </summary>
    /// <param name="leg">The leg.</param>
    /// <param name="gateway">The gateway, of the kind that the leg reaches.</param>
    /// <param name="request">The dial that is served.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(PeerConnection? Connection, DialError? Error)> OpenGatewayAsync(ILeg leg, RecordedEndPoint gateway, DialRequest request, CancellationToken cancellationToken)
    {
        var dial = new PeerDial(PeerEncryption.Implicit, gateway.Address) { ExpectedCertificate = Convert.FromHexString(gateway.Certificate) };
        (PeerConnection? connection, DialError? error, _) = await OpenAsync(leg, PeerLocation.Of(gateway), dial, tellsSelf: false, request, cancellationToken);
        return (connection, error);
    }

    /// <summary>What a failed connection means for a dial.</summary>
    public static DialError ToDialError(PeerException failure) => new(
        failure.Failure switch
        {
            PeerFailure.Closed or PeerFailure.Reset or PeerFailure.Idle or PeerFailure.Disposed => DialErrorKind.Unreachable,
            PeerFailure.TimedOut => DialErrorKind.TimedOut,
            PeerFailure.Busy or PeerFailure.Overloaded => DialErrorKind.OutOfResources,
            _ => DialErrorKind.ProtocolViolation,
        },
        ZeroNetAddress.OverlayName,
        failure.Message);

    private async Task<(PeerUse? Use, DialError? Error)> UseAsync(SharedPeerKey key, DialRequest request, CancellationToken cancellationToken)
    {
        SharedPeer? shared;
        lock (_gate)
        {
            if (!_shared.TryGetValue(key, out shared) || shared.IsOver)
            {
                _shared[key] = shared = new SharedPeer(stop => OpenAsync(key, request, stop));
            }

            shared.Users++;
        }

        PeerConnection? connection = null;
        try
        {
            (connection, DialError? error) = await shared.EnterAsync(cancellationToken);
            return connection is null ? (null, error) : (new PeerUse(connection, () => LeaveAsync(key, shared, hasPlace: true)), null);
        }
        finally
        {
            if (connection is null)
            {
                await LeaveAsync(key, shared, hasPlace: false);
            }
        }
    }

    private ValueTask LeaveAsync(SharedPeerKey key, SharedPeer shared, bool hasPlace)
    {
        if (hasPlace)
        {
            shared.GiveUpPlace();
        }

        lock (_gate)
        {
            if (--shared.Users > 0)
            {
                return ValueTask.CompletedTask;
            }

            // Another may have taken its place since it ended.
            if (_shared.TryGetValue(key, out SharedPeer? now) && now == shared)
            {
                _shared.Remove(key);
            }
        }

        return shared.DisposeAsync();
    }

    private async Task<(PeerConnection? Connection, DialError? Error)> OpenAsync(SharedPeerKey key, DialRequest request, CancellationToken cancellationToken)
    {
        PeerLocation peer = key.Peer;
        if (legs.FirstOrDefault(leg => leg.Reaches(peer.Kind)) is not { } leg)
        {
            return (null, new DialError(DialErrorKind.Unreachable, ZeroNetAddress.OverlayName, "it is on a network that this gateway does not reach"));
        }

        // No node encrypts towards an onion, which is encrypted as it is.
        var dial = new PeerDial(leg.IsOverlay ? PeerEncryption.None : PeerEncryption.Implicit, peer.Host)
        {
            Address = leg.IsOverlay ? null : IPAddress.Parse(peer.Host),
            IsTrackerConnection = key.IsTracker,
        };
        (PeerConnection? connection, DialError? error, PeerFailure? failure) = await OpenAsync(leg, peer, dial, key.TellsSelf, request, cancellationToken);

        // One that does not know TLS is dialled again in clear, as real nodes do; one that is not there, or breaks the protocol inside TLS, is not.
        if (failure == PeerFailure.TlsFailed && !cancellationToken.IsCancellationRequested)
        {
            (connection, error, _) = await OpenAsync(leg, peer, dial with { Encryption = PeerEncryption.None }, key.TellsSelf, request, cancellationToken);
        }

        return (connection, error);
    }

    private async Task<(PeerConnection? Connection, DialError? Error, PeerFailure? Failure)> OpenAsync(ILeg leg, PeerLocation peer, PeerDial dial, bool tellsSelf, DialRequest request, CancellationToken cancellationToken)
    {
        DialResult dialled = await leg.DialAsync(peer, request, cancellationToken);
        if (!dialled.IsConnected)
        {
            return (null, dialled.Error, null);
        }

        PeerConnectionOptions how = options(leg);
        try
        {
            PeerConnection connection = tellsSelf
                ? await PeerConnection.OpenAsync(dialled.Connection, dial, requests, how, cancellationToken)
                : await PeerConnection.OpenAsync(dialled.Connection, dial, static _ => new StrangerRequests(), how with { Self = how.Self.Withheld }, cancellationToken);
            return (connection, null, null);
        }
        catch (PeerException e)
        {
            return (null, ToDialError(e), e.Failure);
        }
    }
}
