using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Gateway;

/// <summary>Where a host leads: a transport and its end point, the ways to a peer, or why nowhere.</summary>
internal readonly struct Route
{
    private Route(TransportHost? transport, OverlayEndPoint? endPoint, DialError? error, ImmutableArray<Way> ways = default)
    {
        Ways = ways.IsDefault ? [] : ways;
        Transport = transport;
        EndPoint = endPoint;
        Error = error;
    }

    public TransportHost? Transport { get; }

    public OverlayEndPoint? EndPoint { get; }

    public DialError? Error { get; }

    /// <summary>All ways, where it leads to a peer; transport and end point are the first one's then.</summary>
    public ImmutableArray<Way> Ways { get; }

    [MemberNotNullWhen(true, nameof(Transport), nameof(EndPoint))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsFound => Transport is not null;

    /// <summary>Cause and cure where a name of the configuration leads nowhere, as a sentence that follows a colon.</summary>
    public static string WhyNot(DialError error) => error.Kind == DialErrorKind.NotAnOverlayName
        ? $"{error.Detail}. Name the transport that dials it in \"transports\", or correct the name."
        : error.ToString();

    public static Route To(TransportHost transport, OverlayEndPoint endPoint) => new(transport, endPoint, null);

    public static Route To(ImmutableArray<Way> ways) => new(ways[0].Transport, ways[0].EndPoint, null, ways);

    public static Route Refused(DialErrorKind kind, string detail, string? transport = null) => new(null, null, new DialError(kind, transport, detail));
}
