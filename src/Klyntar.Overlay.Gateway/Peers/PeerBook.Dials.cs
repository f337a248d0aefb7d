using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <content>The gateway's own dials to peers: to keep circuits ready, and to see who is there.</content>
internal sealed partial class PeerBook
{
    /// <summary>How long a dial of a test may take.</summary>
    internal static readonly TimeSpan TestTime = TimeSpan.FromSeconds(60);

    // So many at a time that one test does not fill the overlays.
    private const int TestsAtOnce = 8;

    /// <summary>Dials every address of peers, at each of its ports.</summary>
    /// <param name="name">One peer's name, or null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">There is no peer of that name.</exception>
    public async Task<ImmutableArray<PeerTestReport>> TestAsync(string? name, CancellationToken cancellationToken)
    {
        Peer[] peers = name is null ? [.. _peers.Values] : [Find(name) ?? throw NoPeer(name)];
        var reports = new List<PeerTestReport>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = TestsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(peers.SelectMany(p => p.Doors.SelectMany(d => d.Route.Ways.Select(w => (p, d, w)))), options, async (asked, cancel) =>
        {
            (Peer peer, PeerDoor door, Way way) = asked;
            long start = _context.Clock.GetTimestamp();
            DialResult result = await door.TestAsync(way, Deadline.After(TestTime, _context.Clock), cancel);
            var report = new PeerTestReport(peer.Name, way.Host, door.Port, way.Transport.Name)
            {
                Milliseconds = result.IsConnected ? Math.Round(_context.Clock.GetElapsedTime(start).TotalMilliseconds) : null,
                Error = result.IsConnected ? null : result.Error.ToString(),
                IsUnconfirmed = way.Transport.Capabilities.UnconfirmedDials,
            };
            lock (reports)
            {
                reports.Add(report);
            }
        });
        return [.. reports.OrderBy(r => r.Peer, StringComparer.Ordinal).ThenBy(r => r.Port).ThenBy(r => r.Host, StringComparer.Ordinal)];
    }

    /// <summary>Tests the peers that were added, and removes those that no address of which can be dialled.</summary>
    /// <returns>The names of those removed.</returns>
    public async Task<ImmutableArray<string>> PruneAsync(CancellationToken cancellationToken)
    {
        var dead = new List<string>();
        foreach (Peer peer in _peers.Values.Where(p => p.Origin == PeerOrigin.Added && !p.IsOwn))
        {
            ImmutableArray<PeerTestReport> tested = await TestAsync(peer.Name, cancellationToken);
            if (tested.All(t => t.Error is not null))
            {
                await RemoveAsync(peer.Name, cancellationToken);
                dead.Add(peer.Name);
            }
        }

        return [.. dead];
    }

    private void KeepWarm(Peer peer)
    {
        if (peer.Options.Warm is { } interval)
        {
            _ = KeepWarmAsync(peer, interval);
        }
    }

    private async Task KeepWarmAsync(Peer peer, TimeSpan interval)
    {
        try
        {
            while (!_stop.IsCancellationRequested && _peers.ContainsValue(peer))
            {
                // Ports that share circuits need one dial together.
                await Task.WhenAll(peer.Doors.Where(d => d.Own is null).Take(peer.Options.IsolatePorts ? peer.Doors.Length : 1).Select(d => d.KeepWarmAsync(_stop.Token)));

                // An exact interval would be a mark to know the gateway by.
                await Task.Delay(interval * (0.8 + (0.2 * Random.Shared.NextDouble())), _context.Clock, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gateway is stopping.
        }
        catch (Exception e)
        {
            LogWarmFailed(e, peer.Name);
        }
    }

    private static OverlayException NoPeer(string name) =>
        new($"There is no peer {name}. 'klyntar-overlay peers list' shows those there are.");
}
