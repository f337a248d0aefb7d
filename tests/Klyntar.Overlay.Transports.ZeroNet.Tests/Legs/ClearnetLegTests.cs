using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ClearnetLegTests : IAsyncLifetime
{
    private readonly EngineListener _listener = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());

    private PeerLocation Private => PeerLocation.Of(IPAddress.Loopback, ((IPEndPoint)_listener.LocalEndPoint).Port);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    [Fact]
    public async Task A_private_address_is_dialled_only_where_a_neighbour_is()
    {
        PeerLocation asked = default;
        ClearnetLeg leg = new(new ZeroNetOptions { Clearnet = true }, SocketEngine.Default, peer =>
        {
            asked = peer;
            return peer == Private;
        });
        DialResult dialled = await DialAsync(leg, Private);
        dialled.IsConnected.Should().BeTrue();
        await using ConnectionContext connection = dialled.Connection!;
        asked.Should().Be(Private);

        DialResult refused = await DialAsync(leg, Private with { Host = "127.0.0.2" });
        refused.Error!.Detail.Should().Be("its address is not of the public network");
    }

    private static async Task<DialResult> DialAsync(ClearnetLeg leg, PeerLocation location) =>
        await leg.DialAsync(location, new DialRequest(new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, 80)) { Deadline = Deadline.After(TimeSpan.FromSeconds(30), TimeProvider.System) }, TestContext.Current.CancellationToken);
}
