using System.Net;
using System.Text.Json;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Bench;

/// <summary>A gateway (<c>up</c>, a process of its own) that publishes a service on a private router and has a SOCKS door.</summary>
internal sealed class GatewayOnI2P : IAsyncDisposable
{
    private const string Service = "bench";

    private readonly HelperProcess _process;

    private GatewayOnI2P(HelperProcess process, GatewayStatus status)
    {
        _process = process;
        Dial = new IsolatedDial(GatewayKind.Gateway, IPEndPoint.Parse(status.Socks[0].Listen), null, "", status.Services[0].Ports[0].Host);
    }

    /// <summary>The way through its door to its service, over the session of all who say no credentials: i2pd's tunnels ask for none.</summary>
    public IsolatedDial Dial { get; }

    /// <summary>Starts it, and waits until its service is published.</summary>
    public static async Task<GatewayOnI2P> StartAsync(string launcher, string folder, PrivateI2PNetwork network, IPEndPoint target, CancellationToken cancellationToken)
    {
        string data = Path.Combine(folder, "d");
        string configuration = Path.Combine(folder, "overlay.json");
        await File.WriteAllTextAsync(configuration, Configuration(network, data, target), cancellationToken);
        HelperProcess process = await GatewayProcess.StartAsync(launcher, ["up", "--config", configuration], folder, null, cancellationToken);
        try
        {
            return new GatewayOnI2P(process, await GatewayProcess.ReadyAsync(process, data, cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Configuration(PrivateI2PNetwork network, string data, IPEndPoint target) => $$"""
        {
          "dataFolder": {{JsonSerializer.Serialize(data)}},
          "socks": [ { "listen": "127.0.0.1:0" } ],
          "services": { "{{Service}}": { "on": ["i2p"], "ports": { "{{IsolatedDial.Port}}": "{{target}}" } } },
          "transports": {
            "tor": false,
            "i2p": {
              "sam": "{{network.ClientOptions.Sam}}", "tunnelLength": {{network.ClientOptions.TunnelLength}}, "tunnelQuantity": {{network.ClientOptions.TunnelQuantity}},
              "sessionOptions": {{JsonSerializer.Serialize(network.ClientOptions.SessionOptions)}}
            }
          },
          "relay": { "visitorFinHoldBack": "1ms" }
        }
        """;
}
