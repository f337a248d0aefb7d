using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What real receivers of the PROXY protocol, haproxy and nginx, understand of what the gateway tells them.</summary>
public sealed class ReceiverTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestFolder _folder = new();

    public ReceiverTests() => Assert.SkipUnless(Receiver.IsDebian, "haproxy and nginx are obtained from Debian's packages, and this system has no apt-get and dpkg.");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(VisitorsAs.ProxyV1)]
    [InlineData(VisitorsAs.ProxyV2)]
    public async Task Haproxy_is_told_who_visits_and_in_version_2_which_host(VisitorsAs way)
    {
        string haproxy = await Receiver.ObtainAsync("haproxy");
        string socket = _folder.File("h");
        string configuration = _folder.File("haproxy.cfg");
        await File.WriteAllTextAsync(configuration, $"""
            global
                nbthread 1
                maxconn 100
            defaults
                mode http
                timeout client 1m
                timeout connect 1m
                timeout server 1m
            frontend seen
                bind unix@{socket} accept-proxy
                http-request return status 200 content-type text/plain lf-string "%[src] %[src_port] %[dst] %[dst_port] %[fc_pp_authority]"

            """);
        await using Receiver receiver = await Receiver.StartAsync(haproxy, "usr/sbin/haproxy", new UnixDomainSocketEndPoint(socket), _folder, "-db", "-f", configuration);

        await CheckAsync(way, socket, async client =>
        {
            await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
            return Encoding.ASCII.GetString(await client.ReadToEndAsync()).Split("\r\n\r\n")[1];
        });
    }

    [Theory]
    [InlineData(VisitorsAs.ProxyV1)]
    [InlineData(VisitorsAs.ProxyV2)]
    public async Task Nginx_is_told_who_visits(VisitorsAs way)
    {
        string nginx = await Receiver.ObtainAsync("nginx");
        string socket = _folder.File("n");
        string configuration = _folder.File("nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            load_module {{Path.Join(nginx, "usr/lib/nginx/modules/ngx_stream_module.so")}};
            daemon off;
            master_process off;
            pid {{_folder.File("pid")}};
            error_log stderr crit;
            events { worker_connections 100; }
            stream {
                server {
                    listen unix:{{socket}} proxy_protocol;
                    return "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port ";
                }
            }

            """);
        await using Receiver receiver = await Receiver.StartAsync(
            nginx, "usr/sbin/nginx", new UnixDomainSocketEndPoint(socket), _folder, "-p", _folder.Path, "-e", "stderr", "-c", configuration);

        await CheckAsync(way, socket, async client => Encoding.ASCII.GetString(await client.ReadToEndAsync()), tellsHost: false);
    }

    private async Task CheckAsync(VisitorsAs way, string socket, Func<Socket, Task<string>> ask, bool tellsHost = true)
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, new UnixDomainSocketEndPoint(socket), o => o with
        {
            Services = o.Services.ToDictionary(s => s.Key, s => s.Value with { VisitorsAs = way }),
        });
        await using TestGateway one = await TestGateway.StartAsync(_overlay);
        await using TestGateway other = await TestGateway.StartAsync(_overlay);
        List<string[]> told = [];
        foreach (TestGateway gateway in (TestGateway[])[one, one, other])
        {
            using Socket client = await gateway.DialAsync(server.Address);
            told.Add((await ask(client)).Split(' '));
        }

        told.Should().OnlyContain(t => t.Length == 5 && IPAddress.Parse(t[0]).GetAddressBytes()[1] == 72);
        told[0][0].Should().Be(told[1][0]).And.NotBe(told[2][0]);
        told.Select(t => t[1]).Should().OnlyHaveUniqueItems();
        told.Select(t => $"{t[2]}:{t[3]}").Should().AllBe("127.0.0.1:80");
        told.Select(t => t[4]).Should().AllBe(tellsHost && way == VisitorsAs.ProxyV2 ? server.Address : "");
    }
}
