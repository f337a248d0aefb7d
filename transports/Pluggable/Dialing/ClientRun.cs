using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>One run of a client program that is ready.</summary>
/// <param name="Socks">Its SOCKS5 port.</param>
/// <param name="Ended">Cancelled when the run ends.</param>
internal sealed record ClientRun(IPEndPoint Socks, CancellationToken Ended);
