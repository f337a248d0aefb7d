namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a peer asks for.</summary>
/// <param name="Command">One of <see cref="PeerCommands"/>, or a word that is not known here.</param>
/// <param name="RequestId">What the answer is to be told by.</param>
/// <param name="Fields">The params; an empty map where there were none.</param>
internal sealed record PeerRequest(string Command, long RequestId, ReadOnlyMemory<byte> Fields) : PeerMessage(Fields);
