using System.Collections.Immutable;
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

/// <summary>What <c>sandbox</c> runs: private networks, the demonstration node and the gateway.</summary>
/// <param name="overlays">The overlays that there are networks of.</param>
/// <param name="folder">Where it is all kept, or null for a temporary folder.</param>
/// <param name="socksPort">The SOCKS door's port on 127.0.0.1, or 0 for a free one.</param>
/// <param name="loggers">Where the gateway logs.</param>
/// <param name="steps">Told of each step.</param>
internal sealed class SandboxStack(IEnumerable<string> overlays, string? folder, int socksPort, ILoggerFactory loggers, StepList steps) : IAsyncDisposable
{
    private const string ServiceName = "demo";
    private const int Port = 80;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private SandboxFolder? _folder;
    private DemoNode? _node;
    private GatewayHost? _gateway;

    /// <summary>Its networks.</summary>
    public ImmutableArray<SandboxNetwork> Networks { get; } = [.. overlays.Select(SandboxNetwork.Of)];

    /// <summary>Where the SOCKS door listens.</summary>
    public string Socks => Gateway.SocksEndPoints[0].ToString()!;

    /// <summary>The gateway's data folder.</summary>
    public string GatewayFolder => Gateway.DataFolder;

    /// <summary>A configuration with which another gateway joins the networks.</summary>
    public string JoinFile => Path.Join(Folder, "join.json");

    private string Folder => (_folder ?? throw new UnreachableException()).Path;

    private GatewayHost Gateway => _gateway ?? throw new UnreachableException();

    /// <summary>The gateway's data folder in a sandbox's folder.</summary>
    public static string GatewayFolderIn(string folder) => Path.Join(folder, "gateway");

    /// <summary>The node's address on a network.</summary>
    public string AddressOn(SandboxNetwork network) => Gateway.Status.Current.Services.Single(s => s.Overlay == network.Name).Ports[0].Host;

    /// <summary>Starts everything, and returns when the node's page has come through each overlay.</summary>
    /// <exception cref="OverlayException">Something could not be started, or the page did not come.</exception>
    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        // Better now than after the seconds that the networks take.
        await CheckPortAsync();
        _folder = SandboxFolder.Open(folder);
        var programs = new HelperPrograms(new HelperProgramOptions());
        using (var stages = new StageSteps(steps))
        {
            await AllAsync(
                Networks,
                (network, stop) => network.StartAsync(Path.Join(Folder, network.Name), programs, stages, stop),
                cancellationToken);
        }

        return await UnlessBrokenAsync(
            async alive =>
            {
                _node = await DemoNode.StartAsync(cancellationToken: alive);
                _gateway = await steps.DoAsync("gateway", step => StartGatewayAsync(step, programs, alive));
                await AllAsync(Networks, ReachAsync, alive);
                return true;
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

        await Task.WhenAll(Networks.Select(n => n.DisposeAsync().AsTask()));
        _folder?.Dispose();
    }

    // Where one has failed the others are given up, and its failure is told.
    private static async Task AllAsync(IEnumerable<SandboxNetwork> networks, Func<SandboxNetwork, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task? failed = null;
        await foreach (Task done in Task.WhenEach(networks.Select(n => work(n, either.Token)).ToArray()))
        {
            if (!done.IsCompletedSuccessfully)
            {
                failed ??= done;
                await either.CancelAsync();
            }
        }

        await (failed ?? Task.CompletedTask);
    }

    private static string? TransportAwaits(GatewayStatus status, string overlay)
    {
        TransportReport transport = status.Transports.Single(t => t.Name == overlay);
        return transport.State switch
        {
            TransportState.Ready => null,
            TransportState.Failed => throw new OverlayException($"The transport {overlay} failed: {transport.Detail}"),
            _ => StatusView.State(transport),
        };
    }

    private static string? ServiceAwaits(GatewayStatus status, string overlay)
    {
        ServiceReport service = status.Services.Single(s => s.Overlay == overlay);
        return service.State switch
        {
            ServiceState.Published => null,
            ServiceState.Failed => throw new OverlayException($"The demonstration node was not published on {overlay}: {service.Detail}"),
            _ => StatusView.State(service),
        };
    }

    private async Task ReachAsync(SandboxNetwork network, CancellationToken cancellationToken)
    {
        await steps.DoAsync(network.Joining, step => WaitAsync(step, status => TransportAwaits(status, network.Name), cancellationToken));
        await steps.DoAsync(network.Publishing, step => WaitAsync(step, status => ServiceAwaits(status, network.Name), cancellationToken));
        var fetch = new SandboxFetch(Socks, AddressOn(network), network.Title, _node!);
        await steps.DoAsync($"a page is fetched from it by name, through SOCKS5 and {network.Title}", _ => fetch.RunAsync(cancellationToken));
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
            DataFolder = GatewayFolderIn(Folder),
            Socks = [new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, socksPort) }],
            Services = new Dictionary<string, ServiceOptions>
            {
                [ServiceName] = new() { On = [.. Networks.Select(n => n.Name)], Ports = new Dictionary<int, EndPoint> { [Port] = _node!.EndPoint } },
            },
        };
        GatewayHost gateway = await GatewayHost.StartAsync(
            options, new GatewayServices { Catalog = catalog, Programs = programs, Loggers = loggers }, cancellationToken);
        step.Detail = UpView.DoorLine(gateway.SocksEndPoints[0]);
        return gateway;
    }

    private void WriteJoinFile()
    {
        // Tor runs unless it is switched off.
        var transports = new Dictionary<string, object> { ["tor"] = false };
        foreach (SandboxNetwork network in Networks)
        {
            transports[network.Name] = network.Section;
        }

        var join = new Dictionary<string, object>
        {
            ["transports"] = transports,
            ["socks"] = new[] { new Dictionary<string, object> { ["listen"] = "127.0.0.1:0" } },
            ["dataFolder"] = Path.Join(Folder, "second-gateway"),
        };
        try
        {
            File.WriteAllText(JoinFile, JsonSerializer.Serialize(join, Indented) + "\n");
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
        Task<Task<string>> broken = Task.WhenAny(Networks.Select(n => n.Broken));
        if (await Task.WhenAny(working, broken) == working)
        {
            return await working;
        }

        await alive.CancelAsync();
        await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new OverlayException(await await broken);
    }
}
