using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// A bare tor client on a private network, driven by its control port and without any part of the gateway: what
/// benchmarks compare the gateway with, and what tests take as an independent observer.
/// </summary>
public sealed class PlainTorClient : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly TorNode _node;
    private readonly TimeProvider _clock;

    private PlainTorClient(TorNode node, IPEndPoint socks, TimeSpan startedIn, TimeProvider clock)
    {
        _node = node;
        _clock = clock;
        SocksEndPoint = socks;
        StartedIn = startedIn;
    }

    /// <summary>Its SOCKS port.</summary>
    public IPEndPoint SocksEndPoint { get; }

    /// <summary>How long it took from its start to 100 % of its bootstrap.</summary>
    public TimeSpan StartedIn { get; }

    /// <summary>Its process id.</summary>
    public int ProcessId => _node.ProcessId;

    /// <summary>Its control connection.</summary>
    internal TorControlConnection Control => _node.Control;

    /// <summary>Publishes an onion service under a new key.</summary>
    /// <param name="ports">Virtual ports and the local targets they lead to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its host name, with <c>.onion</c>. It lives as long as this client.</returns>
    public async Task<string> AddOnionAsync(IReadOnlyDictionary<int, IPEndPoint> ports, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ports);
        var request = new AddOnionRequest("NEW:ED25519-V3"u8.ToArray(), [.. ports.Select(p => (p.Key, p.Value.ToString()))]);
        ControlMessage reply = await _node.DoAsync("adding an onion service", (control, c) => control.AddOnionAsync(request, c), cancellationToken);
        return AddOnionReply.TryParse(reply) is { ServiceId: var id }
            ? id + ".onion"
            : throw new OverlayException($"The sandbox's tor {_node.Name} refused an onion service: {reply.Status} {reply.Text}");
    }

    /// <summary>Dials over the network, once.</summary>
    /// <param name="host">A host name, never resolved here.</param>
    /// <param name="port">The port.</param>
    /// <param name="isolation">User name and password for tor to isolate by, or null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connected socket, or tor's SOCKS reply code.</returns>
    public async Task<(Socket? Socket, byte Reply)> TryDialAsync(string host, int port, string? isolation = null, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(SocksEndPoint, cancellationToken);
            byte reply = await PlainSocks.ConnectAsync(socket, host, port, isolation, cancellationToken);
            if (reply == 0)
            {
                return (socket, reply);
            }

            socket.Dispose();
            return (null, reply);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Dials again and again until a service answers: right after its publication tor does not know it yet.</summary>
    /// <param name="host">A host name, never resolved here.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connected socket.</returns>
    public async Task<Socket> DialUntilReachedAsync(string host, int port, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            (Socket? socket, _) = await TryDialAsync(host, port, null, cancellationToken);
            if (socket is not null)
            {
                return socket;
            }

            await Task.Delay(RetryInterval, _clock, cancellationToken);
        }
    }

    /// <summary>Makes an HTTP client that reaches everything through this tor and nothing in another way.</summary>
    public HttpClient CreateHttpClient() =>
        new(new SocketsHttpHandler
        {
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
                new NetworkStream(await DialUntilReachedAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken), ownsSocket: true),
        });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _node.DisposeAsync();

    internal static async Task<PlainTorClient> StartAsync(HelperProgram program, IReadOnlyCollection<string> joining, TorNodeFolder folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        TorNode node = await TorNode.StartAsync(Path.GetFileName(folder.Path), program, folder, SandboxTorrc.OfClient([.. joining], folder), clock, cancellationToken);
        try
        {
            await node.PollAsync("joining the network", async (control, c) => BootstrapPhase.TryParse(await control.TryGetInfoAsync("status/bootstrap-phase", c)) is { IsDone: true }, cancellationToken);
            string? listeners = await node.DoAsync("telling its SOCKS port", (control, c) => control.TryGetInfoAsync("net/listeners/socks", c), cancellationToken);
            return IPEndPoint.TryParse(listeners?.Trim('"') ?? "", out IPEndPoint? socks)
                ? new PlainTorClient(node, socks, clock.GetElapsedTime(began), clock)
                : throw new OverlayException($"The sandbox's tor {node.Name} opened no SOCKS port. Its last words: {node.LastWords}");
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }
}
