using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A gateway on an in-memory overlay, with a door on a free port and a folder of its own.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly TestFolder? _ownFolder;

    private TestGateway(GatewayHost host, ScriptedTransport transport, LogCapture log, TestFolder? ownFolder)
    {
        Host = host;
        Transport = transport;
        Log = log;
        _ownFolder = ownFolder;
    }

    public static SocksDoorOptions AnyPort { get; } = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) };

    public GatewayHost Host { get; }

    public ScriptedTransport Transport { get; }

    public LogCapture Log { get; }

    public EndPoint Socks => Host.SocksEndPoints[0];

    /// <summary>The full address of the first service, once it is published.</summary>
    public string Address => Host.Status.Current.Services[0].Ports[0].Host;

    /// <summary>Starts a gateway with one door.</summary>
    public static Task<TestGateway> StartAsync(InMemoryOverlay overlay, SocksDoorOptions? door = null, TimeProvider? clock = null, TestFolder? folder = null) =>
        StartAsync(new ScriptedTransport(overlay.CreateTransport()), new GatewayOptions { Socks = [door ?? AnyPort] }, clock, folder);

    /// <summary>Starts a gateway that publishes a service with one port, 80, and waits until it is published.</summary>
    public static async Task<TestGateway> PublishAsync(InMemoryOverlay overlay, EndPoint target, Func<GatewayOptions, GatewayOptions>? configure = null, TimeProvider? clock = null, TestFolder? folder = null)
    {
        var options = new GatewayOptions
        {
            Socks = [],
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = target }, On = [overlay.Options.Name] },
            },
        };
        TestGateway gateway = await StartAsync(new ScriptedTransport(overlay.CreateTransport()), configure?.Invoke(options) ?? options, clock, folder);
        await gateway.Host.WaitUntilReadyAsync().WaitAsync(Patience.Limit);
        return gateway;
    }

    public static async Task<TestGateway> StartAsync(ScriptedTransport transport, GatewayOptions options, TimeProvider? clock = null, TestFolder? folder = null, IMeterFactory? meters = null, ScriptedTransport? other = null)
    {
        TestFolder? own = folder is null ? new TestFolder() : null;
        var log = new LogCapture(TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null);
        try
        {
            GatewayHost host = await GatewayHost.StartAsync(
                options with { DataFolder = (folder ?? own)!.Path },
                new GatewayServices { Catalog = TransportCatalog.Of(other is null ? [new TestFactory(transport)] : [new TestFactory(transport), new TestFactory(other)]), Programs = new NoPrograms(), Loggers = log, Clock = clock ?? TimeProvider.System, Meters = meters });
            return new TestGateway(host, transport, log, own);
        }
        catch
        {
            own?.Dispose();
            throw;
        }
    }

    /// <summary>A plain connection to the door.</summary>
    public Task<Socket> ConnectAsync() => TestSockets.ConnectAsync(Socks);

    /// <summary>A connection through the door, over SOCKS5 without credentials, with the reply read.</summary>
    public async Task<Socket> DialAsync(string host, int port = 80)
    {
        Socket socket = await ConnectAsync();
        await socket.SendAsync(Socks5.Request(host, port));
        (await socket.ReadSocks5ReplyAsync()).Should().Be(0);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _ownFolder?.Dispose();
    }
}
