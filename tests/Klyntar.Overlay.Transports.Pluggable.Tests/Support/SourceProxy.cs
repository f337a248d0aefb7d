using System.Collections.Concurrent;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>A SOCKS5 proxy whose connections come from an address of loopback of its own, so that a far side on this machine sees another visitor.</summary>
internal sealed class SourceProxy : IAsyncDisposable
{
    private static int s_last;

    private readonly EngineListener _listener = SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;

    public SourceProxy() => _accepting = AcceptAsync();

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint;

    /// <summary>Where its connections come from.</summary>
    public IPAddress Source { get; } = new([127, 0, 1, (byte)(1 + (Interlocked.Increment(ref s_last) % 250))]);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _accepting;
        await Task.WhenAll(_serving);
    }

    private async Task AcceptAsync()
    {
        while (await _listener.AcceptAsync(CancellationToken.None) is { } socket)
        {
            _serving.Add(ServeAsync(socket));
        }
    }

    private async Task ServeAsync(EngineSocket socket)
    {
        SocksHandshake handshake = await SocksServer.HandshakeAsync(socket, new SocksServerOptions(), CancellationToken.None);
        var there = new IPEndPoint(handshake.Request!.Address!, handshake.Request.Port);
        EngineSocket far = await SocketEngine.Portable.ConnectAsync(there, new IPEndPoint(Source, 0), CancellationToken.None);
        await socket.SendAsync(SocksReply.Connected(handshake.Request.Protocol), CancellationToken.None);
        await Relay.RunAsync(new SocketConnection(socket, handshake.AlreadyRead), new SocketConnection(far), new RelayOptions(), CancellationToken.None);
    }
}
