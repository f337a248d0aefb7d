using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A target on an overlay, dialled through the router: so a peer on one overlay is published on another.</summary>
internal sealed class OverlayTarget : ServiceTarget
{
    // Those of a SOCKS door: visitors are strangers, and must not take the turns of this machine's programs.
    private static readonly SocksLimits Usual = new();

    private readonly DialRequest _request;
    private readonly Route _route;
    private readonly TimeSpan _patience;
    private readonly DoorContext _context;
    private readonly DestinationGate _turns = new(Usual.PendingDialsPerDestination);

    public OverlayTarget(string service, EndPoint endPoint, Route route, TimeSpan? patience, TransportCapabilities visitors, DoorContext context)
        : base(
            EndPointText.Format(endPoint),
            string.Create(CultureInfo.InvariantCulture, $"{route.EndPoint!.Redacted}:{route.EndPoint.Port}"),
            context.ForVisitors(visitors, route.Transport!.Capabilities))
    {
        // One key for all visitors of a service: each of his own would let strangers use up the overlay's circuits and sessions.
        _request = new DialRequest(route.EndPoint) { Isolation = IsolationKey.From($"service {service}", [], []) };
        _route = route;
        _patience = patience ?? Usual.DialTimeout;
        _context = context;
    }

    /// <summary>Where it is.</summary>
    public OverlayEndPoint EndPoint => _route.EndPoint!;

    public override async ValueTask<(ConnectionContext? Connection, string? Why)> ConnectAsync(IPAddress? visitor, string? visited, CancellationToken cancellationToken)
    {
        // What follows is the transport's code, which might block, and the next visitor is waiting.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        DialRequest request = _request with { Deadline = Deadline.After(_patience, _context.Clock) };
        DialResult result;
        if (await _turns.EnterAsync(EndPoint, request.Deadline, cancellationToken) is { } late)
        {
            result = late;
        }
        else
        {
            try
            {
                result = await _context.Router.DialAsync(_route, request, cancellationToken);
            }
            finally
            {
                _turns.Leave(EndPoint);
            }
        }

        return result.IsConnected ? (result.Connection, null) : (null, cancellationToken.IsCancellationRequested ? null : result.Error.ToString());
    }
}
