namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a peer answered to the question for a part of a file.</summary>
/// <param name="Error">Why it was refused, in the peer's words, which may be anything; null where it was not.</param>
/// <param name="Bytes">The part.</param>
/// <param name="Size">The whole file's size, in bytes, as the peer says it.</param>
/// <param name="Location">Where the next part begins, in bytes.</param>
internal sealed record PeerFilePart(string? Error, ReadOnlyMemory<byte> Bytes, long Size, long Location);
