using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Bench;

/// <summary>A private network, and on it a gateway (<c>up</c>, a process of its own) that publishes a service and has a SOCKS door.</summary>
internal sealed class GatewayOnTor : IAsyncDisposable
{
    /// <summary>The service that most figures need.</summary>
    public const string Service = "bench";

    private readonly PrivateTorNetwork _network;
    private readonly HelperProcess _process;
    private readonly TorControlConnection _control;

    private GatewayOnTor(PrivateTorNetwork network, HelperProcess process, TorControlConnection control, GatewayStatus status, EndPoint torSocks)
    {
        _network = network;
        _process = process;
        _control = control;
        TorSocks = torSocks;
        Door = IPEndPoint.Parse(status.Socks[0].Listen);
        Onions = status.Services.ToDictionary(s => s.Name, s => s.Ports[0].Host);
    }

    /// <summary>The SOCKS port of the gateway's own tor.</summary>
    public EndPoint TorSocks { get; }

    /// <summary>The gateway's SOCKS door.</summary>
    public IPEndPoint Door { get; }

    /// <summary>The services' host names.</summary>
    public IReadOnlyDictionary<string, string> Onions { get; }

    /// <summary>The network.</summary>
    public PrivateTorNetwork Network => _network;

    /// <summary>The gateway's process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts both.</summary>
    /// <param name="launcher">The command.</param>
    /// <param name="folder">A folder for the gateway.</param>
    /// <param name="target">Where all services lead to.</param>
    /// <param name="services">The services: what each has in the configuration beside <c>on</c> and <c>ports</c>, by name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<GatewayOnTor> StartAsync(string launcher, string folder, IPEndPoint target, IReadOnlyDictionary<string, string> services, CancellationToken cancellationToken)
    {
        PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(cancellationToken: cancellationToken);
        HelperProcess? process = null;
        try
        {
            string data = Path.Combine(folder, "d");
            string configuration = Path.Combine(folder, "overlay.json");
            await File.WriteAllTextAsync(configuration, Configuration(network, data, target, services), cancellationToken);
            process = await GatewayProcess.StartAsync(launcher, ["up", "--config", configuration], folder, null, cancellationToken);
            GatewayStatus status = await GatewayProcess.ReadyAsync(process, data, cancellationToken);
            string sockets = Path.Combine(data, "tor", "run");
            TorControlConnection control = await ObserveAsync(new UnixDomainSocketEndPoint(Path.Combine(sockets, "control")), cancellationToken);
            return new GatewayOnTor(network, process, control, status, new UnixDomainSocketEndPoint(Path.Combine(sockets, "socks")));
        }
        catch
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes two ways to the service over one circuit that nobody else uses: through the door under a new user name, and
    /// straight through tor's port under the credentials that the gateway makes of it.
    /// </summary>
    public async Task<(IsolatedDial Direct, IsolatedDial ThroughGateway)> OpenCircuitAsync(CancellationToken cancellationToken)
    {
        IsolatedDial gateway = new(GatewayKind.Gateway, Door, $"bench-{Guid.NewGuid():N}", "p", Onions[Service]);
        using Socket first = gateway.Connect();
        string circuit = (await StreamCircuitsAsync(cancellationToken)).Single();
        (string user, string password) = await CredentialsAsync(circuit, cancellationToken);
        IsolatedDial direct = new(TorCommand.BareTor, TorSocks, user, password, Onions[Service]);
        using Socket second = direct.Connect();
        string[] both = await StreamCircuitsAsync(cancellationToken);
        if (both is not [var one, var other] || one != circuit || other != circuit)
        {
            throw new InvalidOperationException($"Both ways were to be one circuit, but tor has {string.Join(", ", both)}.");
        }

        first.Send(AskedTarget.Request(0, 0));
        second.Send(AskedTarget.Request(0, 0));
        _ = first.Receive(new byte[1]) + second.Receive(new byte[1]);
        return (direct, gateway);
    }

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _process.DisposeAsync();
        await _network.DisposeAsync();
    }

    // A stream is over when the service has answered, on either way: the next one must not find it still there.
    private static string Configuration(PrivateTorNetwork network, string data, IPEndPoint target, IReadOnlyDictionary<string, string> services) => $$"""
        {
          "dataFolder": {{JsonSerializer.Serialize(data)}},
          "socks": [ { "listen": "127.0.0.1:0" } ],
          "services": { {{string.Join(", ", services.Select(s => Section(s.Key, s.Value, target)))}} },
          "transports": { "tor": { "torrc": {{JsonSerializer.Serialize(network.ClientTorrc)}} } },
          "relay": { "visitorFinHoldBack": "1ms" }
        }
        """;

    private static string Section(string name, string more, IPEndPoint target) =>
        $$"""
        "{{name}}": { "on": ["tor"], "ports": { "{{IsolatedDial.Port}}": "{{target}}" } {{more}} }
        """;

    private static async Task<TorControlConnection> ObserveAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var control = new TorControlConnection(
            await SocketEngine.Portable.ConnectAsync(endPoint, null, cancellationToken), new ControlConnectionOptions(), NullLogger.Instance);
        try
        {
            await ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials(), cancellationToken);
            return control;
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    // control-spec, section 3.9: StreamID SP StreamStatus SP CircuitID SP Target.
    private async Task<string[]> StreamCircuitsAsync(CancellationToken cancellationToken) =>
        [.. (await LinesAsync("stream-status", cancellationToken)).Select(words => words[2])];

    // Likewise: CircuitID, and then keywords as in CIRC events (section 4.1.1).
    private async Task<(string User, string Password)> CredentialsAsync(string circuit, CancellationToken cancellationToken)
    {
        string[] words = (await LinesAsync("circuit-status", cancellationToken)).Single(words => words[0] == circuit);
        return (Keyword("SOCKS_USERNAME"), Keyword("SOCKS_PASSWORD"));

        string Keyword(string name) =>
            words.FirstOrDefault(w => w.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..].Trim('"')
            ?? throw new InvalidOperationException($"This tor does not tell a circuit's {name}.");
    }

    private async Task<IEnumerable<string[]>> LinesAsync(string key, CancellationToken cancellationToken) =>
        ((await _control.GetInfoAsync([key], cancellationToken))[key] ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' '));
}
