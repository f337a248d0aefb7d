namespace Klyntar.Overlay.Bench;

/// <summary>HAProxy as a plain forward: one thread, and splice where it can.</summary>
internal sealed record HaproxyKind(PeerPackage Package) : ForwardKind(Haproxy)
{
    /// <summary>Its name in tables.</summary>
    public const string Haproxy = "haproxy";

    // A pipe for each way of the 64 busiest connections, and as many to spare.
    private const int Pipes = 256;

    public override ProxyCommand Command(ProxyPlace place) => Package.Command("usr/sbin/haproxy", "-db", "-f", place.Write("haproxy.cfg", $"""
        global
            nbthread 1
            maxconn {ProxyPlace.MostConnections}
            maxpipes {Pipes}
        listen bench
            bind {place.Listen}
            mode tcp
            option splice-auto
            option splice-request
            option splice-response
            timeout connect 10s
            timeout client 10m
            timeout server 10m
        {string.Concat(Target.EndPoints.Select((target, i) => $"    server s{i} {target}\n"))}
        """));
}
