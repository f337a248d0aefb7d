using System.Collections.ObjectModel;
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

    /// <summary>Done before each start: makes the folder and what the program reads there, and gives further variables. What it throws is why there is no run, and is tried again.</summary>
    public Func<IReadOnlyDictionary<string, string>> Prepare { get; init; } = static () => ReadOnlyDictionary<string, string>.Empty;
}
