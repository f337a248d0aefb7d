using System.Net;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>
/// Three services that admit the same client alone, and a gateway that has the right key for one, a wrong one for another and none for
/// the third. Its first door answers in plain codes, its second in extended ones.
/// </summary>
public sealed class AuthorizedGateways(PrivateTor network) : IAsyncLifetime
{
    private const string Overlay = "tor";

    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
    private TestGateway? _server;
    private TestGateway? _client;

    internal TestGateway Server => _server!;

    internal TestGateway Client => _client!;

    internal DemoNode Node { get; private set; } = null!;

    internal string Right => Server.Onion("right");

    internal string Wrong => Server.Onion("wrong");

    internal string Missing => Server.Onion("missing");

    /// <summary>The keys, as they are kept.</summary>
    internal List<string> Secrets { get; } = [];

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        string data = Path.Combine(_folder, "data");
        Node = await DemoNode.StartAsync("node", cancelled);
        string alice = MakeOwnKey(data, "alice");
        MakeOwnKey(data, "mallory");
        _server = await StartServerAsync(network, Node.EndPoint, ["right", "wrong", "missing"], new Dictionary<string, string> { ["alice"] = alice }, null, cancelled);
        var uses = new Dictionary<string, string> { [Right] = "alice", [Wrong] = "mallory" };
        _client = await TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            folder: data,
            configure: o => o with
            {
                Socks = [o.Socks[0], o.Socks[0] with { ExtendedErrors = true }],
                Transports = new Dictionary<string, object?> { [Overlay] = new TorOptions { Torrc = network.Torrc, ClientAuth = uses } },
            },
            cancellationToken: cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? owned in new IAsyncDisposable?[] { _client, _server, Node })
        {
            if (owned is not null)
            {
                await owned.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes a client key in a gateway's data folder.</summary>
    internal static ClientKey MakeKey(string dataFolder, string name)
    {
        ClientKey key = new TorTransportFactory().Create(new TorOptions()).ClientKeys!.Create();
        DataFolder.OpenClientKeys(dataFolder, Overlay).Create(name, key.Secret);
        return key;
    }

    /// <summary>A gateway that publishes one node under several names, for given clients alone.</summary>
    internal static Task<TestGateway> StartServerAsync(PrivateTor network, EndPoint node, string[] names, IReadOnlyDictionary<string, string> clients, string? folder, CancellationToken cancellationToken) =>
        TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            names.ToDictionary(n => n, IReadOnlyDictionary<int, EndPoint> (_) => new Dictionary<int, EndPoint> { [80] = node }),
            folder,
            configure: o => o with
            {
                Services = o.Services.ToDictionary(s => s.Key, s => s.Value with { Options = new Dictionary<string, object> { [Overlay] = new TorServiceOptions { Clients = clients } } }),
            },
            cancellationToken: cancellationToken);

    private string MakeOwnKey(string dataFolder, string name)
    {
        ClientKey key = MakeKey(dataFolder, name);
        Secrets.Add(System.Text.Encoding.ASCII.GetString(key.Secret)["x25519:".Length..]);
        return key.PublicPart;
    }
}
