using System.Collections.Immutable;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Dials sites: finds where the gateway of each is, connects to it, and has a tunnel to the service.</summary>
/// <param name="resolver">Finds end points.</param>
/// <param name="opener">Connects to peers.</param>
/// <param name="legs">What peers are reached over.</param>
/// <param name="publisher">Knows the keys of this gateway's own services.</param>
/// <param name="tunnels">The connections that carry several streams.</param>
/// <param name="options">How long dials may take.</param>
/// <param name="clock">The clock.</param>
internal sealed class ZeroNetDialler(SiteResolver resolver, PeerOpener opener, ImmutableArray<ILeg> legs, ZeroNetPublisher publisher, SharedTunnels tunnels, ZeroNetOptions options, TimeProvider clock)
{
    private readonly VisitorKeys _visitors = new();

    /// <summary>Parts dials from now on from all before: other keys, other connections.</summary>
    public void LeaveAll()
    {
        _visitors.Clear();
        tunnels.LeaveAll();
    }

    /// <summary>Finds end points that will soon be needed.</summary>
    public async Task WarmAsync(ImmutableArray<ZeroNetEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken)
    {
        foreach (ZeroNetEndPoint endPoint in endPoints)
        {
            var request = new DialRequest(endPoint) { Isolation = isolation, Deadline = Deadline.After(options.DialTimeout, clock) };
            await ((Task)resolver.ResolveAsync(endPoint.Site, mustBeNew: false, request, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Dials, as <see cref="ITransport.DialAsync"/> promises.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        if (request.EndPoint is not ZeroNetEndPoint endPoint)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        if ((request.DialAs is { } service ? publisher.FindKey(service) : _visitors.Of(request.Isolation)) is not { } visitor)
        {
            return Error(DialErrorKind.NotAllowed, "the service to dial as is not published on ZeroNet");
        }

        Deadline deadline = request.Deadline.AtMost(options.DialTimeout, clock);
        using CancellationTokenSource whole = deadline.CreateLinkedSource(cancellationToken);
        DialRequest within = request with { Deadline = deadline };
        DialError? last = null;
        try
        {
            // What is known may be of yesterday: where nobody is there any more, others are asked whether they know better.
            long? tried = null;
            for (int pass = 0; pass < 2; pass++)
            {
                SiteResolution found = await resolver.ResolveAsync(endPoint.Site, mustBeNew: pass > 0, within, whole.Token);
                if (found.Record is not { } record)
                {
                    return last ?? found.Error!;
                }

                if (record.Modified == tried)
                {
                    return last!;
                }

                tried = record.Modified;
                DialResult result = await DialAsync(endPoint, record.Record, visitor, within, whole.Token);
                if (result.IsConnected || !IsWorthAnother(result.Error.Kind))
                {
                    return result;
                }

                last = result.Error;
            }

            return last!;
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested ? Error(DialErrorKind.Cancelled) : last ?? Error(DialErrorKind.TimedOut);
        }
        catch (ObjectDisposedException)
        {
            return Error(DialErrorKind.TransportFailed);
        }
    }

    private static bool IsWorthAnother(DialErrorKind kind) => kind is DialErrorKind.NotFound or DialErrorKind.InvalidDescriptor or DialErrorKind.ProtocolViolation || kind.IsTransient();

    private static DialError Error(DialErrorKind kind, string? detail = null) => new(kind, ZeroNetAddress.OverlayName, detail);

    private async Task<DialResult> DialAsync(ZeroNetEndPoint endPoint, EndPointRecord record, ZeroNetPrivateKey visitor, DialRequest request, CancellationToken cancellationToken)
    {
        DialError? last = null;
        foreach (ILeg leg in legs)
        {
            foreach (RecordedEndPoint gateway in record.EndPoints.Where(recorded => recorded.Kind == leg.Kind))
            {
                DialResult result = leg.IsOverlay
                    ? await tunnels.OpenAsync(new SharedTunnels.Key(endPoint.Site, gateway, request.Isolation, visitor.Address), endPoint.Port, ConnectAsync, cancellationToken)
                    : await OpenWholeAsync(leg, gateway, endPoint, visitor, request, cancellationToken);
                if (result.IsConnected)
                {
                    return result;
                }

                last = result.Error;

                async Task<(SharedTunnel? Tunnel, DialError? Error)> ConnectAsync(CancellationToken stop)
                {
                    (PeerStream? stream, DialError? error) = await OpenAsync(leg, gateway, endPoint.Site, TunnelOpening.AnyPort, visitor, request, stop);
                    return (stream is null ? null : SharedTunnel.Over(stream, clock), error);
                }
            }
        }

        return last ?? Error(DialErrorKind.Unreachable, "its gateway is on networks that this one does not reach");
    }

    private async Task<DialResult> OpenWholeAsync(ILeg leg, RecordedEndPoint gateway, ZeroNetEndPoint endPoint, ZeroNetPrivateKey visitor, DialRequest request, CancellationToken cancellationToken)
    {
        (PeerStream? stream, DialError? error) = await OpenAsync(leg, gateway, endPoint.Site, endPoint.Port, visitor, request, cancellationToken);
        return stream is null ? error! : (ConnectionContext)new TunnelConnection(new WholeConnection(stream));
    }

    private async Task<(PeerStream? Stream, DialError? Error)> OpenAsync(ILeg leg, RecordedEndPoint gateway, ZeroNetAddress site, int port, ZeroNetPrivateKey visitor, DialRequest request, CancellationToken cancellationToken)
    {
        if (!PeerLocation.Of(gateway).IsUsable(options.AllowPrivate))
        {
            // Whoever signed it wants something of a network that he does not see, whatever was heard there.
            return (null, Error(DialErrorKind.InvalidDescriptor, "its record names an address that is not of the public network"));
        }

        (PeerConnection? connection, DialError? error) = await opener.OpenGatewayAsync(leg, gateway, request, cancellationToken);
        if (connection is null)
        {
            return (null, error);
        }

        PeerStream? stream = null;
        try
        {
            (stream, error) = await TunnelDialler.OpenAsync(connection, site, port, visitor, cancellationToken);
            return (stream, error);
        }
        catch (PeerException e)
        {
            return (null, PeerOpener.ToDialError(e));
        }
        finally
        {
            if (stream is null)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
