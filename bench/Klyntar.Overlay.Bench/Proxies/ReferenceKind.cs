namespace Klyntar.Overlay.Bench;

/// <summary>A splice loop in C (bench/reference): what such a forward must cost at least.</summary>
internal sealed record ReferenceKind(PeerPackage Package) : ForwardKind("reference")
{
    public override ProxyCommand Command(ProxyPlace place) =>
        Package.Command("usr/bin/splice-loop", [$"{place.Listen.Port}", $"{Target.Port}", .. Target.EndPoints.Select(target => $"{target.Address}")]);
}
