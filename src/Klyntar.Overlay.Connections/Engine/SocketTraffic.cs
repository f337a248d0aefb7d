namespace Klyntar.Overlay.Connections;

/// <summary>How many bytes went over a connection.</summary>
/// <param name="Sent">Sent, and acknowledged by the other side's kernel.</param>
/// <param name="Received">Received by this side's kernel, whether or not anybody has read them.</param>
public readonly record struct SocketTraffic(long Sent, long Received);
