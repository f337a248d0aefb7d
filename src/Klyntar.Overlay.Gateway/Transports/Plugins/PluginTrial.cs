using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin's transport that is made and asked, and never started.</summary>
internal sealed class PluginTrial : IDisposable
{
    private readonly TransportHost _host;

    /// <exception cref="TransportHangsException">It does not say what it is.</exception>
    public PluginTrial(ITransport transport) => _host = new TransportHost(transport, TimeProvider.System, NullLogger.Instance, isPlugin: true);

    /// <summary>What its code has done that it should not.</summary>
    public ImmutableArray<string> Faults => _host.Notes;

    /// <summary>Those of given names that it claims.</summary>
    public IReadOnlyList<string> Claims(IEnumerable<string> hosts) => [.. hosts.Where(h => _host.TryParse(h, 80, null, out ParsedHost parsed) && parsed.IsClaimed)];

    // What never started has nothing to wait for, and disposing waits for it no longer than at the gateway's end.
    public void Dispose() => _host.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
