using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Cli;

/// <summary>What <c>sandbox</c> runs: the private network, the demonstration node and the gateway, started one after the other.</summary>
/// <param name="folder">Where it is all kept, or null for a temporary folder.</param>
/// <param name="socksPort">The SOCKS door's port on 127.0.0.1, or 0 for a free one.</param>
/// <param name="loggers">Where the gateway logs.</param>
/// <param name="steps">Told of each step.</param>
internal sealed class SandboxStack(string? folder, int socksPort, ILoggerFactory loggers, StepList steps) : IAsyncDisposable
{
    private const string ServiceName = "demo";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private PrivateTorNetwork? _network;
    private DemoNode? _node;
    private GatewayHost? _gateway;

    /// <summary>Where the SOCKS door listens.</summary>
    public string Socks => Gateway.SocksEndPoints[0].ToString()!;

    /// <summary>The node's onion address.</summary>
    public string Onion => Gateway.Status.Current.Services[0].Ports[0].Host;

    /// <summary>The gateway's data folder.</summary>
    public string GatewayFolder => Gateway.DataFolder;

    /// <summary>A configuration with which another gateway joins this network.</summary>
    public string JoinFile => Path.Join(Network.Folder, "join.json");

    private PrivateTorNetwork Network => _network ?? throw new UnreachableException();

    private GatewayHost Gateway => _gateway ?? throw new UnreachableException();

    /// <summary>The gateway's data folder in a sandbox's folder.</summary>
    public static string GatewayFolderIn(string folder) => Path.Join(folder, "gateway");

    /// <summary>Starts everything, and returns when the node's page has come through Tor.</summary>
    /// <exception cref="OverlayException">Something could not be started, or the page did not come.</exception>
    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        // Better now than after the seconds that the network takes.
        await CheckPortAsync();
        var programs = new HelperPrograms(new HelperProgramOptions());
        using (var stages = new StageSteps(steps))
        {
            _network = await PrivateTorNetwork.StartAsync(
                new PrivateTorNetworkOptions { Programs = programs, Folder = folder, Progress = stages }, cancellationToken);
        }

        return await UnlessBrokenAsync(
            async alive =>
            {
                _node = await DemoNode.StartAsync(cancellationToken: alive);
                _gateway = await steps.DoAsync("gateway", step => StartGatewayAsync(step, programs, alive));
                await steps.DoAsync("tor joins the network", step => WaitAsync(step, TorAwaits, alive));
                await steps.DoAsync("the node becomes an onion service", step => WaitAsync(step, ServiceAwaits, alive));
                var fetch = new SandboxFetch(Socks, Onion, _node);
                return await steps.DoAsync("a page is fetched from it by name, through SOCKS5", _ => fetch.RunAsync(alive));
            },
            cancellationToken);
    }

    /// <summary>Keeps it up.</summary>
    /// <exception cref="OverlayException">The network broke.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task RunAsync(CancellationToken cancellationToken) => UnlessBrokenAsync(
        async alive =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, alive);
            return true;
        },
        cancellationToken);

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

    private static string? TorAwaits(GatewayStatus status)
    {
        TransportReport tor = status.Transports.Single(t => t.Name == "tor");
        return tor.State switch
        {
            TransportState.Ready => null,
            TransportState.Failed => throw new OverlayException($"The transport tor failed: {tor.Detail}"),
            _ => StatusView.State(tor),
        };
    }

    private static string? ServiceAwaits(GatewayStatus status)
    {
        ServiceReport service = status.Services.Single();
        return service.State switch
        {
            ServiceState.Published => null,
            ServiceState.Failed => throw new OverlayException($"The demonstration node was not published: {service.Detail}"),
            _ => StatusView.State(service),
        };
    }

    private async Task CheckPortAsync()
    {
        try
        {
            await SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, socksPort), new EngineListenOptions()).DisposeAsync();
        }
        catch (SocketException failure)
        {
            string why = failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "another program listens there, perhaps another sandbox or gateway"
                : failure.Message;
            throw new OverlayException($"The SOCKS door cannot listen on 127.0.0.1:{socksPort}: {why}. Run again with --socks-port 0 for a free port.", failure);
        }
    }

    private async Task<GatewayHost> StartGatewayAsync(StepList.Step step, HelperPrograms programs, CancellationToken cancellationToken)
    {
        WriteJoinFile();
        var catalog = TransportCatalog.LoadBuiltIn();
        GatewayOptions options = GatewayConfiguration.Load(JoinFile, catalog) with
        {
            DataFolder = GatewayFolderIn(Network.Folder),
            Socks = [new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, socksPort) }],
            Services = new Dictionary<string, ServiceOptions>
            {
                [ServiceName] = new() { On = ["tor"], Ports = new Dictionary<int, EndPoint> { [80] = _node!.EndPoint } },
            },
        };
        GatewayHost gateway = await GatewayHost.StartAsync(
            options, new GatewayServices { Catalog = catalog, Programs = programs, Loggers = loggers }, cancellationToken);
        step.Detail = UpView.DoorLine(gateway.SocksEndPoints[0]);
        return gateway;
    }

    private void WriteJoinFile()
    {
        var join = new Dictionary<string, object>
        {
            ["transports"] = new Dictionary<string, object> { ["tor"] = new Dictionary<string, object> { ["torrc"] = Network.ClientTorrc } },
            ["socks"] = new[] { new Dictionary<string, object> { ["listen"] = "127.0.0.1:0" } },
            ["dataFolder"] = Path.Join(Network.Folder, "second-gateway"),
        };
        try
        {
            File.WriteAllText(JoinFile, JsonSerializer.Serialize(join, Indented));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{JoinFile} cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Waits until nothing is awaited any more; meanwhile the step shows what is.</summary>
    private async Task<bool> WaitAsync(StepList.Step step, Func<GatewayStatus, string?> awaited, CancellationToken cancellationToken)
    {
        await foreach (GatewayStatus status in Gateway.Status.WatchAsync(cancellationToken))
        {
            step.Detail = awaited(status);
            if (step.Detail is null)
            {
                return true;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new OverlayException("The gateway ended before it was ready.");
    }

    private async Task<T> UnlessBrokenAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T> working = work(alive.Token);
        if (await Task.WhenAny(working, Network.Broken) == working)
        {
            return await working;
        }

        await alive.CancelAsync();
        await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new OverlayException(await Network.Broken);
    }
}
