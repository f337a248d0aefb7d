using System.Collections.Concurrent;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Has tor fetch the descriptors of services that will soon be dialled, which saves their first dial a circuit and a round trip.</summary>
/// <remarks>Belongs to one session: a new tor has no descriptors.</remarks>
internal sealed class DescriptorPrefetch(TorControlConnection control, TimeProvider clock)
{
    // A hint is not worth more.
    private const int MostAtOnce = 32;
    private const int MostRemembered = 1_024;

    // Tor keeps a descriptor for hours and would fetch it again at each request.
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, long> _fetched = new(StringComparer.Ordinal);

    /// <summary>Tor has forgotten its descriptors.</summary>
    public void Forget() => _fetched.Clear();

    /// <summary>Asks for descriptors, and does not wait for them.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task RunAsync(IEnumerable<OverlayEndPoint> endPoints, CancellationToken cancellationToken)
    {
        foreach (string host in endPoints.OfType<TorEndPoint>().Select(e => e.Host).Distinct().Take(MostAtOnce))
        {
            if (_fetched.TryGetValue(host, out long at) && clock.GetElapsedTime(at) < Freshness)
            {
                continue;
            }

            if (_fetched.Count >= MostRemembered)
            {
                _fetched.Clear();
            }

            _fetched[host] = clock.GetTimestamp();
            await control.SendAsync(ControlCommand.FetchDescriptor(host[..OnionAddress.LabelLength]), cancellationToken);
        }
    }
}
