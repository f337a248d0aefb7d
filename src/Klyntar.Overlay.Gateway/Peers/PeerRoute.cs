using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>How one port of a peer is reached.</summary>
/// <param name="Port">The port.</param>
/// <param name="Ways">The ways over overlays.</param>
/// <param name="Own">The target where the peer is a service of this gateway; there are no ways then.</param>
/// <param name="Refused">Why an address cannot be dialled, where there is such an address.</param>
internal sealed record PeerRoute(int Port, ImmutableArray<Way> Ways, ServiceTarget? Own, DialError? Refused)
{
    /// <summary>Whether there is a way at all.</summary>
    public bool IsFound => Own is not null || !Ways.IsEmpty;
}
