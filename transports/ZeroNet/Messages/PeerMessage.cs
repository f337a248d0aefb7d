namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>One message of a ZeroNet peer. It owns its bytes.</summary>
/// <param name="Fields">
/// A MessagePack map that <see cref="FrameScanner"/> has gone through: a request's params, or a whole answer. The records of the commands read it.
/// </param>
internal abstract record PeerMessage(ReadOnlyMemory<byte> Fields);
