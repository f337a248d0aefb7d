using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>What a client program is asked to connect to.</summary>
/// <param name="Method">The method, such as obfs4.</param>
/// <param name="Address">The far side's address. Never a name: nothing is resolved.</param>
/// <param name="Arguments">The connection's arguments, such as the far side's certificate.</param>
internal sealed record PtTarget(string Method, IPEndPoint Address, PtArguments Arguments);
