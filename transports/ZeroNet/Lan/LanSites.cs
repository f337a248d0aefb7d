using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The sites that the local network is told of: this gateway's own and those that it follows, and none that is merely dialled. Not for several threads.</summary>
/// <param name="read">Reads which they are.</param>
/// <param name="clock">The clock.</param>
internal sealed class LanSites(Func<IEnumerable<ZeroNetAddress>> read, TimeProvider clock)
{
    private ImmutableHashSet<ZeroNetAddress>? _sites;

    /// <summary>When the list last changed, in seconds since 1970: never the same for two lists.</summary>
    public long Changed { get; private set; }

    /// <summary>The list, by what the network calls each.</summary>
    public ImmutableDictionary<SiteHash, ZeroNetAddress> ByHash { get; private set; } = ImmutableDictionary<SiteHash, ZeroNetAddress>.Empty;

    /// <summary>Reads the list anew.</summary>
    /// <returns>The sites that it did not have before.</returns>
    public ImmutableArray<ZeroNetAddress> Refresh()
    {
        ImmutableHashSet<ZeroNetAddress> before = _sites ?? [];
        ImmutableHashSet<ZeroNetAddress> now = [.. read()];
        if (_sites is not null && now.SetEquals(before))
        {
            return [];
        }

        _sites = now;
        ByHash = now.ToImmutableDictionary(static site => SiteHash.Of(site));
        Changed = Math.Max(clock.GetUtcNow().ToUnixTimeSeconds(), Changed + 1);
        return [.. now.Except(before)];
    }
}
