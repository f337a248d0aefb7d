using System.Net;
using System.Text;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>A proxy on loopback with a real engine. Every name and address leads to a web server that says "hello"; only unknown.test is not found.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    private readonly EngineListener _listener;
    private readonly SocksServerOptions _options;
    private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(60));
    private readonly Channel<SocksHandshake> _handshakes = Channel.CreateUnbounded<SocksHandshake>();
    private readonly Task _accepting;

    public ProxyUnderTest(SocksServerOptions? options = null)
    {
        _options = options ?? SocksServerOptions.Default;
        _listener = SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint;

    /// <summary>The next client's handshake.</summary>
    public ValueTask<SocksHandshake> NextAsync() => _handshakes.Reader.ReadAsync(_end.Token);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _end.CancelAsync();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> clients = [];
        while (await _listener.AcceptAsync() is { } socket)
        {
            clients.Add(ServeAsync(socket));
        }

        await Task.WhenAll(clients);
    }

    private async Task ServeAsync(EngineSocket socket)
    {
        using (socket)
        {
            SocksHandshake handshake = await SocksServer.HandshakeAsync(socket, _options, _end.Token);
            await _handshakes.Writer.WriteAsync(handshake);
            if (!handshake.IsAccepted)
            {
                return;
            }

            SocksRequest request = handshake.Request;
            if (request.Host == "unknown.test")
            {
                await SocksServer.RefuseAsync(socket, SocksReply.Failed(request.Protocol, DialErrorKind.NotFound, extended: false), _end.Token);
                return;
            }

            await socket.SendAsync(SocksReply.Connected(request.Protocol), _end.Token);
            await AnswerAsync(socket, Encoding.ASCII.GetString(handshake.AlreadyRead.Span));
        }
    }

    private async Task AnswerAsync(EngineSocket socket, string head)
    {
        byte[] buffer = new byte[4096];
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int received = await socket.ReceiveAsync(buffer, _end.Token);
            if (received == 0)
            {
                return;
            }

            head += Encoding.ASCII.GetString(buffer, 0, received);
        }

        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"u8.ToArray(), _end.Token);
    }
}
