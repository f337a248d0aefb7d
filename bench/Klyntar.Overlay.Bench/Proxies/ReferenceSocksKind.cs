namespace Klyntar.Overlay.Bench;

/// <summary>The splice loop in C as a SOCKS5 server: what such a server must cost at least, without names, limits or time-outs.</summary>
internal sealed record ReferenceSocksKind(PeerPackage Package) : ProxyKind(ReferenceSocks)
{
    /// <summary>Its name in tables.</summary>
    public const string ReferenceSocks = "reference-socks";

    public override ProxyCommand Command(ProxyPlace place) => Package.Command("usr/bin/splice-loop", $"{place.Listen.Port}");
}
