namespace Klyntar.Overlay.Bench;

/// <summary>What the gateway can be compared with.</summary>
internal static class Peers
{
    /// <summary>What it is compared with unless others are named: the limits' two, and the least that is possible.</summary>
    public const string Usual = "microsocks,haproxy,reference,reference-socks";

    /// <summary>The word for all of them.</summary>
    public const string All = "all";

    private static readonly Dictionary<string, Func<PeerPackage, ProxyKind>> Known = new()
    {
        [MicrosocksKind.Microsocks] = package => new MicrosocksKind(package.PathOf("usr/bin/microsocks")),
        [HaproxyKind.Haproxy] = package => new HaproxyKind(package),
        ["reference"] = package => new ReferenceKind(package),
        [ReferenceSocksKind.ReferenceSocks] = package => new ReferenceSocksKind(package),
        ["nginx"] = package => new NginxKind(package),
        ["shadowsocks"] = package => new ShadowsocksKind(package),
        ["dante"] = package => new DanteKind(package),
        ["socat"] = package => new SocatKind(package),
        ["ssh"] = package => new SshKind(package),
    };

    /// <summary>What is wrong with a list of names, or null.</summary>
    public static string? Fault(string names) =>
        Split(names).FirstOrDefault(name => !Known.ContainsKey(name)) is { } name ? $"No peer is called {name}. There are {string.Join(", ", Known.Keys)}." : null;

    /// <summary>Reads a list of names that has no fault.</summary>
    /// <param name="names">Names with commas between them, or <see cref="All"/>.</param>
    /// <param name="folder">Where their packages are unpacked.</param>
    public static IEnumerable<ProxyKind> Named(string names, string folder) => Split(names).Select(name => Known[name](new PeerPackage(name, folder)));

    // The gateway always runs.
    private static IEnumerable<string> Split(string names) => names == All
        ? Known.Keys
        : names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(name => name != GatewayKind.Gateway);
}
