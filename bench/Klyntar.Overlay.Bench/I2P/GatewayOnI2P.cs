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

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly HelperProcess _process;

    private GatewayOnI2P(HelperProcess process, GatewayStatus status)
    {
        _process = process;
        Dial = new IsolatedDial(GatewayKind.Gateway, IPEndPoint.Parse(status.Socks[0].Listen), "bench", "p", status.Services[0].Ports[0].Host);
    }

    /// <summary>The way through its door to its service, always over the same session.</summary>
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
            return new GatewayOnI2P(process, await GatewayProcess.WhileRunningAsync(process, ReadyAsync(new GatewayClient(data), cancellationToken), cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // What tunnels are like is a setting of the transport; what remains is about lease sets.
    private static string Configuration(PrivateI2PNetwork network, string data, IPEndPoint target) => $$"""
        {
          "dataFolder": {{JsonSerializer.Serialize(data)}},
          "socks": [ { "listen": "127.0.0.1:0" } ],
          "services": { "{{Service}}": { "on": ["i2p"], "ports": { "{{IsolatedDial.Port}}": "{{target}}" } } },
          "transports": {
            "tor": false,
            "i2p": {
              "sam": "{{network.Sams[0]}}", "tunnelLength": 0, "tunnelQuantity": 1,
              "sessionOptions": {{JsonSerializer.Serialize(network.SessionOptions.Where(o => o.StartsWith("i2cp.", StringComparison.Ordinal)).Select(o => o.Split('=')).ToDictionary(o => o[0], o => o[1]))}}
            }
          },
          "relay": { "visitorFinHoldBack": "1ms" }
        }
        """;

    private static async Task<GatewayStatus> ReadyAsync(GatewayClient client, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                GatewayStatus status = await client.GetStatusAsync(cancellationToken);
                if (status.IsReady)
                {
                    return status;
                }
            }
            catch (OverlayException)
            {
                // It is not up yet.
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
