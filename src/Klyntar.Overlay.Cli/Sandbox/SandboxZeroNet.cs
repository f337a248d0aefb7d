using System.Globalization;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Cli;

/// <summary>A ZeroNet of two gateways, the first of which is the other's tracker. There is no helper program to start.</summary>
/// <param name="carrier">The overlay that it runs over; null for this machine's loopback.</param>
internal sealed class SandboxZeroNet(string? carrier) : SandboxNetwork
{
    private readonly TaskCompletionSource<string> _broken = new();
    private int _port;

    public override string Name => "zeronet";

    public override string Title => "ZeroNet";

    public override string Joining => carrier is null ? "the gateway is a ZeroNet peer and tracker" : "the gateway is a ZeroNet peer and tracker on an onion";

    public override string Publishing => "the node becomes a ZeroNet site at a stranger's gateway";

    public override string AddressWord => "ZeroNet";

    public override object Section => Own(new() { ["tracker"] = true, ["listen"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}") });

    public override string InUrl(string address) => ZeroNetHost.TryParse(address, out ZeroNetAddress? site, out _) ? ZeroNetHost.CaselessNameOf(site) : address;

    public override bool HasStranger => true;

    public override string? StrangersCarrier => carrier;

    public override Task<string> Broken => _broken.Task;

    public override async Task StartAsync(string folder, IHelperPrograms programs, IProgress<SandboxStage> progress, CancellationToken cancellationToken)
    {
        // Over an overlay it is a virtual port, and free.
        await using EngineListener listener = SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        _port = ((IPEndPoint)listener.LocalEndPoint).Port;
    }

    public override async Task<object> JoiningSectionAsync(GatewayHost gateway, CancellationToken cancellationToken)
    {
        await foreach (GatewayStatus status in gateway.Status.WatchAsync(cancellationToken))
        {
            string? note = status.Transports.Single(t => t.Name == Name).Notes.FirstOrDefault(static note => note.StartsWith(ZeroNetNode.PeerPortNote, StringComparison.Ordinal));
            if (note is not null)
            {
                return Own(new() { ["trackers"] = new[] { note[ZeroNetNode.PeerPortNote.Length..] }, ["listen"] = "127.0.0.1:0" });
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new OverlayException("The gateway ended before its ZeroNet peer port was open.");
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Dictionary<string, object> Own(Dictionary<string, object> section)
    {
        if (carrier is null)
        {
            section["clearnet"] = true;
            section["allowPrivate"] = true;
        }
        else
        {
            section["over"] = new[] { carrier };
        }

        return section;
    }
}
