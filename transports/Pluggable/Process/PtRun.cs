using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>How a program is run: the side that it is, and what is particular to it.</summary>
/// <param name="Role">The side.</param>
/// <param name="Method">The method.</param>
/// <param name="Folder">A folder of its own, for whatever it keeps: <c>TOR_PT_STATE_LOCATION</c>.</param>
internal sealed record PtRun(PtRole Role, string Method, string Folder)
{
    /// <summary>Where a server is told to listen; null for a client.</summary>
    public IPEndPoint? Bind { get; init; }

    /// <summary>The SOCKS5 proxy that a client connects through; null for none.</summary>
    public IPEndPoint? Proxy { get; init; }

    /// <summary>Further variables of a server's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Done before each start: files that the program reads.</summary>
    public Action Prepare { get; init; } = static () => { };
}
