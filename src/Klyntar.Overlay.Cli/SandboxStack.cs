using System.Net;
using System.Text.Json;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Cli;

/// <summary>What <c>sandbox</c> runs: the private network, the demonstration node and the gateway, started one after the other.</summary>
internal sealed class SandboxStack(string folder, ILoggerFactory loggers, StepList steps) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // Longer than any start measured, cold authority keys on a busy machine included.
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private PrivateTorNetwork? _network;
    private DemoNode? _node;
    private GatewayHost? _gateway;

    /// <summary>Where the SOCKS door listens.</summary>
    public string Socks => _gateway!.SocksEndPoints[0].ToString()!;

    /// <summary>The node's onion address.</summary>
    public string Onion => _gateway!.Status.Current.Services[0].Ports[0].Host;

    public string GatewayFolder => Path.Combine(folder, "gateway");

    /// <summary>A configuration with which another gateway joins this network.</summary>
    public string JoinFile => Path.Combine(folder, "join.json");

    /// <summary>Starts everything, and returns when the node's page has come through Tor.</summary>
    /// <exception cref="OverlayException">Something could not be started, or the page did not come.</exception>
    public async Task<bool> StartAsync(int? socksPort, string serviceName, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var programs = new HelperPrograms(new HelperProgramOptions());
        using (var stages = new StageSteps(steps))
        {
            _network = await PrivateTorNetwork.StartAsync(
                new PrivateTorNetworkOptions { Programs = programs, Folder = Path.Combine(folder, "network"), Progress = stages },
                cancellationToken);
        }

        _node = await DemoNode.StartAsync(cancellationToken: cancellationToken);
        WriteJoinFile(_network.ClientTorrc);
        var catalog = TransportCatalog.LoadBuiltIn();
        GatewayOptions options = GatewayConfiguration.Load(JoinFile, catalog);
        options = options with
        {
            DataFolder = GatewayFolder,
            Socks = [new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, socksPort ?? SocksDoorOptions.CustomaryPort) }],
            Services = new Dictionary<string, ServiceOptions>
            {
                [serviceName] = new() { On = ["tor"], Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint } },
            },
        };

        _gateway = await steps.DoAsync("gateway", async step =>
        {
            GatewayHost gateway = await GatewayHost.StartAsync(
                options, new GatewayServices { Catalog = catalog, Programs = programs, Loggers = loggers }, cancellationToken);
            step.Detail = $"SOCKS door on {gateway.SocksEndPoints[0]}";
            return gateway;
        });
        await steps.DoAsync("tor joins the network", step => WatchAsync(
            step, s => s.Transports.Single(t => t.Name == "tor") is var tor && tor.State == TransportState.Ready ? null : StatusView.State(tor), cancellationToken));
        await steps.DoAsync("the node becomes an onion service", step => WatchAsync(
            step, s => s.Services is [var service] && service.State == ServiceState.Published ? null : s.Services is [var pending] ? StatusView.State(pending) : "", cancellationToken));
        return await steps.DoAsync("a page is fetched from it by name, through SOCKS5", _ => FetchAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (_network is not null)
        {
            await _network.DisposeAsync();
        }
    }

    private void WriteJoinFile(IReadOnlyList<string> torrc)
    {
        var join = new Dictionary<string, object>
        {
            ["transports"] = new Dictionary<string, object> { ["tor"] = new Dictionary<string, object> { ["torrc"] = torrc } },
            ["socks"] = new[] { new Dictionary<string, object> { ["listen"] = "127.0.0.1:0" } },
            ["dataFolder"] = Path.Combine(folder, "second-gateway"),
        };
        File.WriteAllText(JoinFile, JsonSerializer.Serialize(join, Indented));
    }

    /// <summary>Waits until nothing is awaited any more; meanwhile the step shows what is.</summary>
    private async Task<bool> WatchAsync(StepList.Step step, Func<GatewayStatus, string?> awaited, CancellationToken cancellationToken)
    {
        await foreach (GatewayStatus status in _gateway!.Status.WatchAsync(cancellationToken))
        {
            step.Detail = awaited(status);
            if (step.Detail is null)
            {
                return true;
            }

            if (status.Transports.FirstOrDefault(t => t.State == TransportState.Failed) is { } failed)
            {
                throw new OverlayException($"The transport {failed.Name} failed: {failed.Detail}");
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new OverlayException("The gateway ended before it was ready.");
    }

    private async Task<bool> FetchAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{Socks}"), UseProxy = true };
        using var client = new HttpClient(handler);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FetchLimit);
        string lastFailure = "it did not answer";
        while (true)
        {
            try
            {
                string page = await client.GetStringAsync(new Uri($"http://{Onion}/"), limit.Token);
                return _node!.IsMine(page) ? true : throw new OverlayException("A page came through Tor, but it is not the demonstration node's.");
            }
            catch (HttpRequestException failure)
            {
                // The descriptor may not have reached every directory yet.
                lastFailure = (failure.InnerException ?? failure).Message.TrimEnd('.');
                await Task.Delay(RetryPause, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new OverlayException($"The demonstration node was published, but its page did not come through Tor within {FetchLimit.TotalSeconds:0} s: {lastFailure}. Run again with --verbose to see what tor says.");
            }
        }
    }

    /// <summary>Turns the network's stages into steps.</summary>
    private sealed class StageSteps(StepList steps) : IProgress<SandboxStage>, IDisposable
    {
        private readonly Dictionary<SandboxStageKind, StepList.Step> _running = [];

        public void Report(SandboxStage value)
        {
            lock (_running)
            {
                if (!_running.TryGetValue(value.Kind, out StepList.Step? step))
                {
                    _running[value.Kind] = step = steps.Begin(value.What);
                }

                step.Detail = value.Detail;
                if (value.Took is not null)
                {
                    step.Done();
                }
            }
        }

        public void Dispose()
        {
            lock (_running)
            {
                foreach (StepList.Step step in _running.Values)
                {
                    step.Dispose();
                }
            }
        }
    }
}
