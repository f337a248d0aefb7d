using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>Addresses, through a server of other people's, which ends both directions with the first.</summary>
public sealed class MicrosocksContractTests(Microsocks server) : TransportContract, IClassFixture<Microsocks>
{
    // It takes addresses, so that these are its own.
    protected override ImmutableArray<string> ForeignHosts { get; } = ["example.com", "localhost", "a", "", ".", "..", "*", "_", "127.1", "0x7f000001", "2130706433", "127.0.0.1."];

    public override ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.EndPoint is null, "There is no microsocks on this machine. Install it, or name it in KLYNTAR_OVERLAY_MICROSOCKS.");
        return base.InitializeAsync();
    }

    protected override ITransport CreateTransport() => new SocksTransport(new SocksOptions
    {
        Upstreams = new Dictionary<string, SocksUpstreamOptions> { ["microsocks"] = new() { Server = server.EndPoint!, Addresses = true } },
    });

    protected override ValueTask<PublishResult> PublishAsync(ITransport publisher, ImmutableArray<int> ports) =>
        new(PublishResult.FromService(new ListenedService(ports.Length, listener => publisher.Parse(listener.Address.ToString(), listener.Port).EndPoint!)));

    protected override OverlayEndPoint CreateUnpublishedEndPoint(ITransport transport) => transport.Parse(IPAddress.Parse("127.250.0.1").ToString(), 1).EndPoint!;
}
