namespace Klyntar.Overlay.Bench;

/// <summary>ss-local, whose far end is an ss-server on this machine. It encrypts.</summary>
internal sealed record ShadowsocksKind(PeerPackage Package) : ProxyKind("shadowsocks")
{
    // Connections enter ss-server one by one: it has three descriptors where the others have two.
    public override int MostIdle => 6_000;

    public override ProxyCommand Command(ProxyPlace place) =>
        Package.Command("usr/bin/ss-local", ["-b", $"{place.Listen.Address}", "-l", $"{place.Listen.Port}", .. Pair(place)]);

    public override ProxyCommand FarEnd(ProxyPlace place) => Package.Command("usr/bin/ss-server", Pair(place));

    // The cipher that processors are made for. The password protects nothing.
    private static string[] Pair(ProxyPlace place) =>
        ["-s", $"{place.FarEnd.Address}", "-p", $"{place.FarEnd.Port}", "-k", "bench", "-m", "aes-128-gcm", "-t", "600"];
}
