namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What became of a request of ours.</summary>
/// <param name="Response">The peer's answer, which may be a refusal.</param>
/// <param name="Raw">The raw bytes after it.</param>
/// <param name="Stream">The connection from right behind the answer on, where it was asked for and not refused. The caller's, with its closing.</param>
internal sealed record PeerAnswered(PeerResponse Response, ReadOnlyMemory<byte> Raw, PeerStream? Stream);
