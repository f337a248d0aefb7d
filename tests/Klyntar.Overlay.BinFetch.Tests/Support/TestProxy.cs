using System.Collections.Concurrent;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>A SOCKS proxy that leads every name to one server, and notes the names.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly EngineListener _listener = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
    private readonly ConcurrentQueue<string> _names = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private readonly Task _accepting;

    public TestProxy(int port)
    {
        _port = port;
        _accepting = AcceptAsync();
    }

    public string Address => $"socks5://{_listener.LocalEndPoint}";

    /// <summary>The names that it was asked for; "address" where it was one.</summary>
    public IReadOnlyList<string> Names => [.. _names];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> relays = [];
        while (await _listener.AcceptAsync() is { } client)
        {
            relays.Add(ServeAsync(client));
        }

        await Task.WhenAll(relays);
    }

    private async Task ServeAsync(EngineSocket client)
    {
        SocksHandshake handshake = await SocksServer.HandshakeAsync(client, new SocksServerOptions(), _stop.Token);
        _names.Enqueue(handshake.Request?.Host ?? "address");
        EngineSocket server = await SocketEngine.Default.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port), null, _stop.Token);
        await client.SendAsync(SocksReply.Connected(handshake.Request!.Protocol));
        await Relay.RunAsync(new SocketConnection(client, handshake.AlreadyRead), new SocketConnection(server), new RelayOptions(), _stop.Token);
    }
}
