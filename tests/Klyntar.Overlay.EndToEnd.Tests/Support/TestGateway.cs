using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Testing;
using Klyntar.Overlay.Transports.I2P;
using Klyntar.Overlay.Transports.Tor;
using Klyntar.Overlay.Transports.ZeroNet;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A gateway in this process, on the private network, with a SOCKS door on a free port.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private const string Overlay = "tor";

    private readonly GatewayHost _host;
    private readonly bool _ownsFolder;

    private TestGateway(GatewayHost host, LogCapture log, bool ownsFolder)
    {
        _host = host;
        _ownsFolder = ownsFolder;
        Log = log;
        Doors = [.. host.SocksEndPoints.Cast<IPEndPoint>()];
    }

    /// <summary>Its SOCKS door, the first one.</summary>
    public IPEndPoint Socks => Doors[0];

    /// <summary>All its SOCKS doors.</summary>
    public IReadOnlyList<IPEndPoint> Doors { get; }

    /// <summary>Its data folder.</summary>
    public string DataFolder => _host.DataFolder;

    /// <summary>What it logged.</summary>
    public LogCapture Log { get; }

    /// <summary>Its status.</summary>
    public IStatus<GatewayStatus> Status => _host.Status;

    /// <summary>The folder of its Tor transport.</summary>
    public string TransportFolder => Path.Combine(_host.DataFolder, Overlay);

    /// <summary>Starts a gateway and waits until all its services are published.</summary>
    /// <param name="torrc">The lines that join it to the network.</param>
    /// <param name="programs">Finds tor.</param>
    /// <param name="services">Its services: virtual ports and targets by name.</param>
    /// <param name="folder">Its data folder, kept at the end; null for a temporary one.</param>
    /// <param name="dialTimeout">How long the door's dials may take.</param>
    /// <param name="configure">Changes the configuration further, or null.</param>
    /// <param name="waitsUntilReady">Whether to wait until all is ready and published.</param>
    /// <param name="meters">Makes its meters, or null.</param>
    /// <param name="loggers">Gets its log in the place of <see cref="Log"/>, which keeps all of it; or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TestGateway> StartAsync(
        IReadOnlyList<string> torrc,
        IHelperPrograms programs,
        IReadOnlyDictionary<string, IReadOnlyDictionary<int, EndPoint>>? services = null,
        string? folder = null,
        TimeSpan? dialTimeout = null,
        Func<GatewayOptions, GatewayOptions>? configure = null,
        bool waitsUntilReady = true,
        IMeterFactory? meters = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        var log = new LogCapture();
        var options = new GatewayOptions
        {
            DataFolder = folder ?? Directory.CreateTempSubdirectory("klyntar-test-").FullName,
            Socks =
            [
                new SocksDoorOptions
                {
                    Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    Limits = new SocksLimits { DialTimeout = dialTimeout ?? TimeSpan.FromMinutes(2) },
                },
            ],
            Transports = new Dictionary<string, object?> { [Overlay] = new TorOptions { Torrc = torrc } },
            Services = (services ?? new Dictionary<string, IReadOnlyDictionary<int, EndPoint>>())
                .ToDictionary(s => s.Key, s => new ServiceOptions { On = [Overlay], Ports = s.Value }),
        };
        GatewayHost host = await GatewayHost.StartAsync(
            Private(configure?.Invoke(options) ?? options),
            new GatewayServices { Catalog = TransportCatalog.Of(new I2PTransportFactory(), new TorTransportFactory(), new ZeroNetTransportFactory()), Programs = programs, Loggers = loggers ?? log, Meters = meters },
            cancellationToken);
        var gateway = new TestGateway(host, log, folder is null);
        try
        {
            if (waitsUntilReady)
            {
                await host.WaitUntilReadyAsync(cancellationToken);
            }

            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    // A transport that is told of no private network joins the public one, and Tor is one even where it is not named.
    private static GatewayOptions Private(GatewayOptions options)
    {
        bool isTorPrivate = options.Transports.TryGetValue(Overlay, out object? tor) && tor is null or TorOptions { Torrc.Count: > 0 } or TorOptions { Control: not null };
        bool isI2PPrivate = options.Transports.GetValueOrDefault("i2p") is null or I2POptions { Sam: not null } or I2POptions { I2pdConf.Count: > 0 };
        return isTorPrivate && isI2PPrivate ? options : throw new ArgumentException("This gateway would join a public network. Give its transports lines of a private one, or null.", nameof(options));
    }

    /// <summary>The onion address of a service.</summary>
    public string Onion(string service) => _host.Status.Current.Services.Single(s => s.Name == service).Ports[0].Host;

    /// <summary>The address on which an overlay's visitors reach a port of a service.</summary>
    public string Host(string service, string overlay, int port) =>
        _host.Status.Current.Services.Single(s => s.Name == service && s.Overlay == overlay).Ports.Single(p => p.Port == port).Host;

    /// <summary>Waits until a status comes.</summary>
    public async Task<GatewayStatus> WaitForAsync(Func<GatewayStatus, bool> isAwaited, CancellationToken cancellationToken)
    {
        await foreach (GatewayStatus status in _host.Status.WatchAsync(cancellationToken))
        {
            if (isAwaited(status))
            {
                return status;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new InvalidOperationException("The gateway ended before its status came.");
    }

    /// <summary>An HTTP client that takes the SOCKS door, by .NET's own SOCKS5.</summary>
    public HttpClient CreateHttpClient() => new(new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{Socks}"), UseProxy = true });

    /// <summary>Dials through a SOCKS door, once.</summary>
    /// <param name="host">A host name.</param>
    /// <param name="port">The port.</param>
    /// <param name="user">User name and password, or null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="door">Which of its doors.</param>
    /// <returns>A connected socket, or the reply code.</returns>
    public async Task<(Socket? Socket, byte Reply)> TryDialAsync(string host, int port, string? user, CancellationToken cancellationToken, int door = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Doors[door], cancellationToken);
            byte reply = await PlainSocks.ConnectAsync(socket, host, port, user, cancellationToken);
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

    /// <summary>Dials through the SOCKS door again and again until a service is reached, with the patience that a wallet needs until it is published.</summary>
    public async Task<Socket> DialUntilReachedAsync(string host, int port, string? user, CancellationToken cancellationToken)
    {
        while (true)
        {
            (Socket? socket, byte reply) = await TryDialAsync(host, port, user, cancellationToken);
            if (socket is not null)
            {
                return socket;
            }

            reply.Should().Be(4);
        }
    }

    /// <summary>Dials through the SOCKS door and expects to be connected.</summary>
    public async Task<Socket> DialAsync(string host, int port, string? user, CancellationToken cancellationToken)
    {
        (Socket? socket, byte reply) = await TryDialAsync(host, port, user, cancellationToken);
        return socket ?? throw new InvalidOperationException($"The SOCKS door answered {reply}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(_host.DataFolder, recursive: true);
        }

        Log.Dispose();
    }
}
