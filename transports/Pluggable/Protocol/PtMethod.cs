using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>What a program offers.</summary>
/// <param name="EndPoint">A client's SOCKS5 port, on loopback; a server's listening address.</param>
/// <param name="Arguments">What clients of a server must be told.</param>
internal sealed record PtMethod(IPEndPoint EndPoint, PtArguments Arguments);
