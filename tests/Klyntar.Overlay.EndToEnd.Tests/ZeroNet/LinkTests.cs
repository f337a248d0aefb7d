using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Two gateways on this machine that share no tracker and know no peers.</summary>
public sealed class LinkTests(PrivateTor tor) : IDisposable
{
    private readonly Target _node = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_SOCKS_client_names_peers_to_ask_behind_a_site_that_nobody_else_knows()
    {
        await using TestGateway server = await StartAsync(new ServiceOptions { On = ["zeronet"], Ports = new Dictionary<int, EndPoint> { [7332] = _node.EndPoint } });
        await using TestGateway client = await StartAsync();
        string site = server.Host("node", "zeronet", 7332);
        string peer = PeerOf(await server.WaitForAsync(static status => PeerOf(status) is not null, Cancelled))!;

        (Socket? none, byte reply) = await client.TryDialAsync(site, 7332, null, Cancelled);
        (none, reply).Should().Be((null, (byte)4), "nobody tells of it");

        using Socket dialled = await client.DialAsync($"{site}?zeronet_peers={peer}", 7332, null, Cancelled);
        using Socket visitor = await _node.AcceptAsync(Cancelled);
        await dialled.SendAllAsync("hello"u8.ToArray(), Cancelled);
        (await visitor.ReceiveExactlyAsync(5, Cancelled)).Should().Equal("hello"u8.ToArray());
    }

    private static string? PeerOf(GatewayStatus status) => status.Transports.Single(static transport => transport.Name == "zeronet").Notes
        .FirstOrDefault(static note => note.StartsWith(ZeroNetNode.PeerPortNote, StringComparison.Ordinal))?[(ZeroNetNode.PeerPortNote.Length + "zero://".Length)..];

    private Task<TestGateway> StartAsync(ServiceOptions? service = null) => TestGateway.StartAsync(
        [],
        tor.Programs,
        configure: options => options with
        {
            Transports = new Dictionary<string, object?>
            {
                ["tor"] = null,
                ["zeronet"] = new ZeroNetOptions { Clearnet = true, AllowPrivate = true, Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            },
            Services = service is null ? ImmutableDictionary<string, ServiceOptions>.Empty : ImmutableDictionary<string, ServiceOptions>.Empty.Add("node", service),
        },
        cancellationToken: Cancelled);
}
