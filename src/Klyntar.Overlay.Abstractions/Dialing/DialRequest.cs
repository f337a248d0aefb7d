using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay;

/// <summary>A wish to connect.</summary>
public sealed record DialRequest
{
    /// <summary>Makes a request.</summary>
    /// <param name="endPoint">Where to.</param>
    public DialRequest(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        EndPoint = endPoint;
    }

    /// <summary>
    /// Where to: an <see cref="OverlayEndPoint"/>; for <see cref="ITransportContext.DialAsync"/> also a
    /// <see cref="DnsEndPoint"/> whose name the router gives to the transport that claims it.
    /// </summary>
    public EndPoint EndPoint { get; init; }

    /// <summary>Which connections may share a circuit or session with this one.</summary>
    public IsolationKey Isolation { get; init; }

    /// <summary>When the whole dial must be done, retries included.</summary>
    public Deadline Deadline { get; init; }

    /// <summary>
    /// The name of one of this side's own services as which to dial, so that it is the visitor whom the other side sees, and all its dials can be linked; null for a stranger.
    /// A transport that declares <see cref="TransportCapabilities.DialAs"/> dials as that service or fails with <see cref="DialErrorKind.NotAllowed"/>, where it does not publish
    /// one of that name; the visitors of the others are told apart in no way that a name could change.
    /// </summary>
    public string? DialAs { get; init; }

    /// <summary>The transports that this dial already runs over, outermost first: the router's guard against loops. Set by the gateway.</summary>
    public ImmutableArray<string> Via { get; init; } = [];
}
