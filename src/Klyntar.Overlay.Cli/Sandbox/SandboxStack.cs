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
/// <param name="networks">Its networks, which it owns.</param>
/// <param name="folder">Where it is all kept, or null for a temporary folder.</param>
/// <param name="socksPort">The SOCKS door's port on 127.0.0.1, or 0 for a free one.</param>
/// <param name="loggers">Where the gateway logs.</param>
/// <param name="steps">Told of each step.</param>
internal sealed class SandboxStack(ImmutableArray<SandboxNetwork> networks, string? folder, int socksPort, ILoggerFactory loggers, StepList steps) : IAsyncDisposable
{
    private const string ServiceName = "demo";
    private const int Port = 80;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private SandboxFolder? _folder;
    private DemoNode? _node;
    private GatewayHost? _gateway;
    private GatewayHost? _stranger;

    /// <summary>Its networks.</summary>
    public ImmutableArray<SandboxNetwork> Networks => networks;

    /// <summary>Where the SOCKS door listens.</summary>
    public string Socks => Gateway.SocksEndPoints[0].ToString()!;

    /// <summary>The gateway's data folder.</summary>
    public string GatewayFolder => Gateway.DataFolder;

    /// <summary>A configuration with which another gateway joins the networks.</summary>
    public string JoinFile => Path.Join(Folder, "join.json");

    private string SecondGateway => Path.Join(Folder, "second-gateway");

    private string Folder => (_folder ?? throw new UnreachableException()).Path;

    private GatewayHost Gateway => _gateway ?? throw new UnreachableException();

    /// <summary>The gateway's data folder in a sandbox's folder.</summary>
    public static string GatewayFolderIn(string folder) => Path.Join(folder, "gateway");

    /// <summary>The node's address on a network.</summary>
    public string AddressOn(SandboxNetwork network) => Publisher(network).Status.Current.Services.Single(s => s.Overlay == network.Name).Ports[0].Host;

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
                if (Networks.Any(n => n.HasStranger))
                {
                    _stranger = await steps.DoAsync("a second gateway, which is a stranger to the first", step => StartStrangerAsync(programs, alive));
                }

                await AllAsync(Networks, ReachAsync, alive);
                WriteConfiguration(JoinFile, await SectionsAsync(Networks, alive), SecondGateway);
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
        foreach (GatewayHost? gateway in (GatewayHost?[])[_gateway, _stranger])
        {
            if (gateway is not null)
            {
                await gateway.DisposeAsync();
            }
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
        await steps.DoAsync(network.Joining, step => WaitAsync(step, Gateway, status => TransportAwaits(status, network.Name), cancellationToken));
        await steps.DoAsync(network.Publishing, step => WaitAsync(step, Publisher(network), status => ServiceAwaits(status, network.Name), cancellationToken));
        var fetch = new SandboxFetch(Socks, network.InUrl(AddressOn(network)), network.Title, _node!);
        await steps.DoAsync($"a page is fetched from it by name, through SOCKS5 and {network.Title}", _ => fetch.RunAsync(cancellationToken));
    }

    private GatewayHost Publisher(SandboxNetwork network) => !network.HasStranger ? Gateway : _stranger ?? throw new UnreachableException();

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
        WriteConfiguration(JoinFile, Networks.ToDictionary(n => n.Name, n => n.Section), SecondGateway);
        GatewayHost gateway = await StartGatewayAsync(
            JoinFile,
            GatewayFolderIn(Folder),
            [new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, socksPort) }],
            Networks.Where(n => !n.HasStranger),
            programs,
            cancellationToken);
        step.Detail = UpView.DoorLine(gateway.SocksEndPoints[0]);
        return gateway;
    }

    // What joins may have to know of the first gateway.
    private async Task<Dictionary<string, object>> SectionsAsync(IEnumerable<SandboxNetwork> of, CancellationToken cancellationToken)
    {
        var sections = new Dictionary<string, object>();
        foreach (SandboxNetwork network in of)
        {
            sections.Add(network.Name, await network.JoiningSectionAsync(Gateway, cancellationToken));
        }

        return sections;
    }

    private async Task<GatewayHost> StartStrangerAsync(HelperPrograms programs, CancellationToken cancellationToken)
    {
        string file = Path.Join(Folder, "stranger.json");
        string data = Path.Join(Folder, "stranger");
        SandboxNetwork[] shared = [.. Networks.Where(n => n.HasStranger)];
        WriteConfiguration(file, await SectionsAsync(Networks.Where(n => shared.Contains(n) || shared.Any(other => other.StrangersCarrier == n.Name)), cancellationToken), data);
        return await StartGatewayAsync(file, data, [], shared, programs, cancellationToken);
    }

    private Task<GatewayHost> StartGatewayAsync(
        string file, string data, ImmutableArray<SocksDoorOptions> doors, IEnumerable<SandboxNetwork> published, HelperPrograms programs, CancellationToken cancellationToken)
    {
        var catalog = TransportCatalog.LoadBuiltIn();
        string[] on = [.. published.Select(n => n.Name)];
        GatewayOptions options = GatewayConfiguration.Load(file, catalog) with
        {
            DataFolder = data,
            Socks = doors,
            Services = on.Length == 0
                ? new Dictionary<string, ServiceOptions>()
                : new Dictionary<string, ServiceOptions> { [ServiceName] = new() { On = on, Ports = new Dictionary<int, EndPoint> { [Port] = _node!.EndPoint } } },
        };
        return GatewayHost.StartAsync(options, new GatewayServices { Catalog = catalog, Programs = programs, Loggers = loggers }, cancellationToken);
    }

    private static void WriteConfiguration(string path, Dictionary<string, object> sections, string data)
    {
        // Tor runs unless it is switched off.
        sections.TryAdd("tor", false);
        var configuration = new Dictionary<string, object>
        {
            ["transports"] = sections,
            ["socks"] = new[] { new Dictionary<string, object> { ["listen"] = "127.0.0.1:0" } },
            ["dataFolder"] = data,
        };
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(configuration, Indented) + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{path} cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Waits until nothing is awaited any more; meanwhile the step shows what is.</summary>
    private static async Task<bool> WaitAsync(StepList.Step step, GatewayHost gateway, Func<GatewayStatus, string?> awaited, CancellationToken cancellationToken)
    {
        await foreach (GatewayStatus status in gateway.Status.WatchAsync(cancellationToken))
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
