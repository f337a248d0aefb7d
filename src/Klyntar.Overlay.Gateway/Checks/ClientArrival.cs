namespace Klyntar.Overlay.Gateway;

/// <summary>How a program came to a door that was asked to look out for it.</summary>
/// <param name="Protocol">What it spoke: <c>SOCKS5</c>, <c>SOCKS4a</c> or <c>HTTP CONNECT</c>.</param>
/// <param name="Door">Where the door listens.</param>
/// <param name="Port">The port that it asked for.</param>
/// <param name="Isolation">With credentials, a label of their isolation: equal ones share circuits. It says nothing of the credentials, and means nothing after a restart. Null for the isolation that all have who come without.</param>
public sealed record ClientArrival(string Protocol, string Door, int Port, string? Isolation);
