namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a peer answers.</summary>
/// <param name="To">The request that it answers.</param>
/// <param name="Error">Why the request was refused, in the peer's words, which may be anything; null where it was not.</param>
/// <param name="StreamBytes">How many raw bytes follow before the next message; 0 for all answers but streamFile's.</param>
/// <param name="Fields">The whole answer.</param>
internal sealed record PeerResponse(long To, string? Error, int StreamBytes, ReadOnlyMemory<byte> Fields) : PeerMessage(Fields);
