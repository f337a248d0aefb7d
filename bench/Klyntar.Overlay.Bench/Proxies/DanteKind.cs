namespace Klyntar.Overlay.Bench;

/// <summary>dante, which passes each client from process to process. It starts more of them the more clients there are.</summary>
internal sealed record DanteKind(PeerPackage Package) : ProxyKind("dante")
{
    public override int MostIdle => 1_000;

    public override bool HasChildren => true;

    public override ProxyCommand Command(ProxyPlace place) => Package.Command("usr/sbin/danted", "-f", place.Write("danted.conf", $$"""
        errorlog: stderr
        internal: {{place.Listen.Address}} port = {{place.Listen.Port}}
        external: {{place.Listen.Address}}
        clientmethod: none
        socksmethod: none
        user.privileged: {{Environment.UserName}}
        user.unprivileged: {{Environment.UserName}}
        client pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }
        socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }

        """));
}
