using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Gateway;

/// <summary>Where a host leads: a transport and its end point, or why nowhere.</summary>
internal readonly struct Route
{
    private Route(TransportHost? transport, OverlayEndPoint? endPoint, DialError? error)
    {
        Transport = transport;
        EndPoint = endPoint;
        Error = error;
    }

    public TransportHost? Transport { get; }

    public OverlayEndPoint? EndPoint { get; }

    public DialError? Error { get; }

    [MemberNotNullWhen(true, nameof(Transport), nameof(EndPoint))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsFound => Transport is not null;

    public static Route To(TransportHost transport, OverlayEndPoint endPoint) => new(transport, endPoint, null);

    public static Route Refused(DialErrorKind kind, string detail, string? transport = null) => new(null, null, new DialError(kind, transport, detail));
}
