using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>How one port of a peer is reached.</summary>
/// <param name="Port">The port.</param>
/// <param name="Ways">The ways over overlays; none where no address can be dialled.</param>
/// <param name="Refused">Why an address cannot be dialled, where there is such an address.</param>
internal sealed record PeerRoute(int Port, ImmutableArray<Way> Ways, DialError? Refused);
