namespace Klyntar.Overlay.Bench;

/// <summary>What the gateway can be compared with.</summary>
internal static class Peers
{
    /// <summary>What it is compared with unless others are named: the limits' two, and the least that is possible.</summary>
    public const string Usual = "microsocks,haproxy,reference";

    /// <summary>The word for all of them.</summary>
    public const string All = "all";

    private static readonly Dictionary<string, Func<PeerPackage, ProxyKind>> Known = new()
    {
        [MicrosocksKind.Microsocks] = package => new MicrosocksKind(package.PathOf("usr/bin/microsocks")),
        [HaproxyKind.Haproxy] = package => new HaproxyKind(package),
        ["reference"] = package => new ReferenceKind(package),
        ["nginx"] = package => new NginxKind(package),
        ["shadowsocks"] = package => new ShadowsocksKind(package),
        ["dante"] = package => new DanteKind(package),
        ["socat"] = package => new SocatKind(package),
        ["ssh"] = package => new SshKind(package),
    };

    /// <summary>Reads a list of names.</summary>
    /// <param name="names">Names with commas between them, or <see cref="All"/>.</param>
    /// <param name="folder">Where their packages are unpacked.</param>
    public static IEnumerable<ProxyKind> Named(string names, string folder) =>
        (names == All ? [.. Known.Keys] : names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(name => name != GatewayKind.Gateway))
        .Select(name => Known.TryGetValue(name, out Func<PeerPackage, ProxyKind>? create)
            ? create(new PeerPackage(name, folder))
            : throw new ArgumentException($"No peer is called {name}. There are {string.Join(", ", Known.Keys)}."));
}
