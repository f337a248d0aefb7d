namespace Klyntar.Overlay.Bench;

/// <summary>nginx's stream module: one worker, and that in the foreground.</summary>
internal sealed record NginxKind(PeerPackage Package) : ForwardKind("nginx")
{
    public override ProxyCommand Command(ProxyPlace place) => Package.Command("usr/sbin/nginx", "-p", place.Folder, "-e", "stderr", "-c", place.Write("nginx.conf", $$"""
        load_module {{Package.PathOf("usr/lib/nginx/modules/ngx_stream_module.so")}};
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log stderr crit;
        events { worker_connections {{2 * ProxyPlace.MostConnections}}; }
        stream {
            upstream target { {{string.Concat(Target.EndPoints.Select(target => $"server {target} max_fails=0; "))}}}
            server { listen {{place.Listen}} backlog=4096; proxy_pass target; proxy_timeout 10m; }
        }

        """));
}
