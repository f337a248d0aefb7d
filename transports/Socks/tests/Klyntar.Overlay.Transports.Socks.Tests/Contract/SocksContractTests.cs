using System.Collections.Immutable;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>Names, through a server that carries half-close and keeps users apart.</summary>
public sealed class SocksContractTests : TransportContract
{
    private static int s_lastName;

    private readonly SocksServerHost _server = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override ITransport CreateTransport() => new SocksTransport(new SocksOptions
    {
        Upstreams = new Dictionary<string, SocksUpstreamOptions>
        {
            ["own"] = new() { Server = _server.EndPoint, Suffixes = [".test"], HalfClose = true, Isolation = true },
        },
    });

    protected override ValueTask<PublishResult> PublishAsync(ITransport publisher, ImmutableArray<int> ports)
    {
        string host = $"service{Interlocked.Increment(ref s_lastName)}.test";
        var taken = new List<int>();
        return new(PublishResult.FromService(new ListenedService(
            ports.Length,
            listener =>
            {
                int port = ports[taken.Count];
                taken.Add(port);
                _server.Name(host, port, listener);
                return publisher.Parse(host, port).EndPoint!;
            },
            () => taken.ForEach(port => _server.Name(host, port, null)))));
    }

    protected override OverlayEndPoint CreateUnpublishedEndPoint(ITransport transport) => transport.Parse("nobody.is.test", NextPort()).EndPoint!;

    protected override ValueTask<string?> ObservePathAsync(StartedTransport dialler, ConnectionContext dialled) => new(_server.UserOf(dialled.LocalEndPoint!));
}
