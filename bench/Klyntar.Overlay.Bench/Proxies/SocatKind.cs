namespace Klyntar.Overlay.Bench;

/// <summary>socat as a plain forward: a process for each connection.</summary>
internal sealed record SocatKind(PeerPackage Package) : ForwardKind("socat")
{
    public override int MostIdle => 1_000;

    public override bool HasChildren => true;

    public override ProxyCommand Command(ProxyPlace place) =>
        Package.Command("usr/bin/socat", $"TCP-LISTEN:{place.Listen.Port},bind={place.Listen.Address},fork,backlog=4096,nodelay", $"TCP:{Target.EndPoints[0]},nodelay");
}
