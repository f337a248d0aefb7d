using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Who has an optional file.</summary>
/// <param name="HashId">The first 16 bits of the file's hash.</param>
/// <param name="Peers">Who has it.</param>
internal sealed record HashIdPeers(int HashId, ImmutableArray<PackedPeer> Peers);
