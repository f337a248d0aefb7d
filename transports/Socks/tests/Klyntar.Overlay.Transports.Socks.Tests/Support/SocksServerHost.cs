using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>A SOCKS5 server that carries half-close, knows names of its own, and remembers as which user each client came.</summary>
internal sealed class SocksServerHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Host, int Port), IPEndPoint> _names = new();
    private readonly ConcurrentDictionary<EndPoint, string> _users = new();
    private readonly SocksServerOptions _options;
    private readonly EngineHost _host;

    public SocksServerHost(SocksCredentials? credentials = null, IPEndPoint? endPoint = null)
    {
        _options = new SocksServerOptions { RequiredCredentials = credentials };
        _host = new EngineHost(ServeAsync, endPoint);
    }

    public IPEndPoint EndPoint => _host.EndPoint;

    /// <summary>Gives a port of a name to a listener; null takes it away.</summary>
    public void Name(string host, int port, IPEndPoint? target)
    {
        if (target is null)
        {
            _names.TryRemove((host, port), out _);
        }
        else
        {
            _names[(host, port)] = target;
        }
    }

    /// <summary>As which user a client came: name, colon, password.</summary>
    /// <param name="client">The client's own address.</param>
    public string? UserOf(EndPoint client) => _users.GetValueOrDefault(client);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task ServeAsync(EngineSocket socket, CancellationToken cancellationToken)
    {
        EndPoint? client = socket.RemoteEndPoint;
        SocksHandshake handshake = await SocksServer.HandshakeAsync(socket, _options, cancellationToken);
        if (handshake.Request is not { } request || client is null)
        {
            return;
        }

        _users[client] = $"{Encoding.UTF8.GetString(request.User.Span)}:{Encoding.UTF8.GetString(request.Password.Span)}";
        if (!_names.TryGetValue((request.Host ?? request.Address!.ToString(), request.Port), out IPEndPoint? target))
        {
            await socket.SendAsync(SocksReply.Failed(request.Protocol, DialErrorKind.NotFound, extended: false), cancellationToken);
            return;
        }

        EngineSocket far;
        try
        {
            far = await SocketEngine.Portable.ConnectAsync(target, null, cancellationToken);
        }
        catch (SocketException)
        {
            await socket.SendAsync(SocksReply.Failed(request.Protocol, DialErrorKind.Refused, extended: false), cancellationToken);
            return;
        }

        await socket.SendAsync(SocksReply.Connected(request.Protocol), cancellationToken);
        await Relay.RunAsync(new SocketConnection(socket, handshake.AlreadyRead), new SocketConnection(far), new RelayOptions(), cancellationToken);
    }
}
