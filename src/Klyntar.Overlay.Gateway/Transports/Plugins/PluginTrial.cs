using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin's transport that is made and asked, and never started.</summary>
internal sealed class PluginTrial : IDisposable
{
    private readonly TransportHost _host;

    /// <param name="transport">The transport.</param>
    /// <param name="logger">Told of its faults in full.</param>
    /// <exception cref="TransportHangsException">It does not say what it is.</exception>
    public PluginTrial(ITransport transport, ILogger logger) => _host = new TransportHost(transport, TimeProvider.System, logger, isPlugin: true);

    /// <summary>What its code has done that it should not.</summary>
    public ImmutableArray<string> Faults => _host.Notes;

    /// <summary>Asks whether given names are its.</summary>
    /// <param name="hosts">The names.</param>
    /// <param name="claimed">Those that it claims.</param>
    /// <returns>Whether it answered all.</returns>
    public bool TryClaims(IEnumerable<string> hosts, out IReadOnlyList<string> claimed)
    {
        List<string> its = [];
        bool hasAnswered = true;
        foreach (string host in hosts)
        {
            if (!_host.TryParse(host, 80, null, out ParsedHost parsed))
            {
                hasAnswered = false;
            }
            else if (parsed.IsClaimed)
            {
                its.Add(host);
            }
        }

        claimed = its;
        return hasAnswered;
    }

    // What never started has nothing to wait for, and disposing waits for it no longer than at the gateway's end.
    public void Dispose() => _host.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
