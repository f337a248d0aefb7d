namespace Klyntar.Overlay.Bench;

/// <summary>What a metric may be.</summary>
/// <param name="Bound">The most that is allowed, or the least.</param>
/// <param name="Of">What it bounds.</param>
/// <param name="IsLeast">Whether more is better.</param>
internal readonly record struct Limit(double Bound, LimitOf Of, bool IsLeast = false)
{
    /// <summary>What the gateway itself must keep.</summary>
    public static Limit? For(string metric) => metric switch
    {
        "idle.KB" => new Limit(3, LimitOf.Figure),
        "rest.MB" => new Limit(80, LimitOf.Figure),
        "start.ms" => new Limit(400, LimitOf.Figure),

        // No processor time at rest: half a percent of a core, for the clocks of the runtime and its web server tick all the same.
        "rest.cpu-ms/s" => new Limit(2, LimitOf.Figure),

        // A bare SAM client takes 42: the kernel puts an acknowledgement off for which the router waits.
        "i2p-first-byte.ms" => new Limit(5, LimitOf.Figure),
        "zeronet-first-byte.ms" => new Limit(60, LimitOf.Figure),
        _ => null,
    };

    /// <summary>What it must keep beside a peer.</summary>
    public static Limit? For(string metric, string peer) => (metric, peer) switch
    {
        (_, HaproxyKind.Haproxy) when metric.EndsWith(Metric.CpuPerGigabyte, StringComparison.Ordinal) => new Limit(0.55, LimitOf.Ratio),
        (_, MicrosocksKind.Microsocks) when metric.EndsWith(Metric.CpuPerGigabyte, StringComparison.Ordinal) => new Limit(0.35, LimitOf.Ratio),
        ("conn.cpu-us", MicrosocksKind.Microsocks) => new Limit(0.9, LimitOf.Ratio),
        ("ping.cpu-us", MicrosocksKind.Microsocks) => new Limit(1.0, LimitOf.Ratio),
        ("conn.p99-ms" or "ping.p99-ms", HaproxyKind.Haproxy) => new Limit(1.3, LimitOf.Ratio),

        // Haproxy is a plain forward, which spares its clients two round trips: this is what a SOCKS server can be held to.
        ("conn.p99-ms", ReferenceSocksKind.ReferenceSocks) => new Limit(1.3, LimitOf.Ratio),
        ("sandbox.page-s", TorCommand.BareTor) => new Limit(1.3, LimitOf.Ratio),
        ("restart.s", TorCommand.BareTor) => new Limit(1.3, LimitOf.Ratio),
        ("visit.cpu-us", VisitorCost.Alike) => new Limit(1.05, LimitOf.Ratio),
        ("chain.p95-ms", TorCommand.BareTor) => new Limit(1.5, LimitOf.Ratio),
        ("tor-down.MB/s" or "tor-up.MB/s", TorCommand.BareTor) => new Limit(0.95, LimitOf.Ratio, IsLeast: true),

        // A tunnel takes a connection before it asks anybody anything. The other is what SAM gives: it counts with --quick-acks, without which a bare client mostly waits for the kernel.
        ("i2p-first-byte.ms", I2PCommand.BareSam) => new Limit(1.0, LimitOf.Ratio),
        ("i2p-first-byte.ms", I2PCommand.Tunnels) => new Limit(1.3, LimitOf.Ratio),
        ("i2p-1-stream.MB/s" or "i2p-8-streams.MB/s", I2PCommand.BareSam) => new Limit(0.95, LimitOf.Ratio, IsLeast: true),
        ("i2p-restart.s", I2PCommand.BareSam) => new Limit(1.5, LimitOf.Ratio),
        ("zeronet-1-stream.MB/s", ZeroNetCommand.BareTls) => new Limit(0.9, LimitOf.Ratio, IsLeast: true),
        ("tor-first-byte.ms", TorCommand.BareTor) => new Limit(1.5, LimitOf.Difference),
        _ => null,
    };

    public bool IsKept(double value) => IsLeast ? value >= Bound : value <= Bound;

    public override string ToString() => $"{(IsLeast ? '≥' : '≤')} {(Of == LimitOf.Difference ? "+" : "")}{Bound}";
}
