using System.Globalization;
using System.Net;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Peers on the disk, a file for each site: a line for each peer, <c>KIND HOST PORT PROVEN FAILURES SECONDS</c>. A line that is not in order is passed over.</summary>
internal sealed class PeerCache
{
    private const string Proven = "proven";
    private const string Told = "told";
    private const int Parts = 6;

    private readonly string _folder;
    private int _sites;

    /// <summary>Opens the cache.</summary>
    /// <param name="folder">A folder of its own that is there, and that nobody else can enter.</param>
    public PeerCache(string folder)
    {
        _folder = folder;
        _sites = Directory.EnumerateFiles(folder).Count();
    }

    /// <summary>Reads a site's peers.</summary>
    public IEnumerable<KnownPeer> Read(ZeroNetAddress site)
    {
        if (PrivateFiles.Read(_folder, site.Text, PeerLimits.CacheBytes) is not { } bytes)
        {
            yield break;
        }

        foreach (string line in Encoding.ASCII.GetString(bytes).Split('\n').Take(PeerLimits.Cached))
        {
            if (ReadLine(line) is { } peer)
            {
                yield return peer;
            }
        }
    }

    /// <summary>Writes a site's peers.</summary>
    /// <exception cref="IOException">They cannot be written; what was kept still is.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be written.</exception>
    public void Write(ZeroNetAddress site, IEnumerable<KnownPeer> peers)
    {
        var text = new StringBuilder();
        foreach (KnownPeer peer in peers.Take(PeerLimits.Cached))
        {
            text.Append(CultureInfo.InvariantCulture, $"{peer.Location.Kind} {peer.Location.Host} {peer.Location.Port} {(peer.IsProven ? Proven : Told)} {peer.Failures} {peer.LastSeen}\n");
        }

        bool isNew = !File.Exists(Path.Join(_folder, site.Text));
        PrivateFiles.Write(_folder, site.Text, Encoding.ASCII.GetBytes(text.ToString()), lasts: false);
        if (isNew && ++_sites > PeerLimits.CachedSites)
        {
            // A tenth at a time, so that not each new one reads the whole folder.
            foreach (FileInfo file in new DirectoryInfo(_folder).GetFiles().OrderBy(file => file.LastWriteTimeUtc).Take(PeerLimits.CachedSites / 10))
            {
                PrivateFiles.TryDelete(file.FullName);
            }

            _sites = Directory.EnumerateFiles(_folder).Count();
        }
    }

    private static KnownPeer? ReadLine(string line)
    {
        string[] parts = line.Split(' ', Parts + 1);
        return parts.Length == Parts
            && Enum.TryParse(parts[0], out PeerLocationKind kind) && Enum.IsDefined(kind) && kind.ToString() == parts[0]
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && parts[3] is Proven or Told
            && int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out int failures)
            && long.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out long seen)
            && IsHost(kind, parts[1])
            && new PeerLocation(kind, parts[1], port) is var location && location.IsUsable(allowPrivate: true)
                ? new KnownPeer(location, PeerSource.Cache) { IsProven = parts[3] == Proven, Failures = failures, LastSeen = seen }
                : null;
    }

    private static bool IsHost(PeerLocationKind kind, string host) => kind switch
    {
        PeerLocationKind.IPv4 or PeerLocationKind.IPv6 => IPAddress.TryParse(host, out IPAddress? address) && PeerLocation.Of(address, 0).Kind == kind && address.ToString() == host,
        PeerLocationKind.Onion => true,
        _ => host.EndsWith(".b32.i2p", StringComparison.Ordinal) && host.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '.'),
    };
}
