namespace Klyntar.Overlay.AspNetCore;

/// <summary>
/// What is known about a request that came over an overlay, in <c>HttpContext.Features</c>; absent where it came another way.
/// </summary>
/// <remarks>
/// A visitor is anonymous: <c>HttpContext.Connection.RemoteIpAddress</c> and <c>LocalIpAddress</c> are null, and headers such as
/// <c>X-Forwarded-For</c> are whatever the visitor wrote there. Middleware that believes them must not run for such requests.
/// </remarks>
public interface IOverlayVisitorFeature
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>The address and virtual port that the visitor connected to: the full address, never for logs.</summary>
    OverlayEndPoint EndPoint { get; }

    /// <summary>What the overlay tells about the visitor, or null where it tells nothing or <see cref="OverlayService.PerVisitor"/> does not ask for it; on Tor, the visitor's circuit. Stable for one visitor and different between two, as far as the overlay can say.</summary>
    string? VisitorIdentity { get; }
}
