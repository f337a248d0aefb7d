using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The other side of a control or SOCKS port, played by the test: reads what comes and says what it likes.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly EngineListener _listener;
    private EngineSocket? _socket;
    private byte[] _received = [];

    private ScriptedPeer(bool isUnix)
    {
        EndPoint endPoint = isUnix ? new UnixDomainSocketEndPoint(_folder["peer"]) : new IPEndPoint(IPAddress.Loopback, 0);
        _listener = SocketEngine.Portable.Listen(endPoint, new EngineListenOptions());
    }

    public static ScriptedPeer OnUnixSocket() => new(isUnix: true);

    public static ScriptedPeer OnTcp() => new(isUnix: false);

    public EndPoint EndPoint => _listener.LocalEndPoint;

    public TempFolder Folder => _folder;

    /// <summary>Connects to the peer, which accepts.</summary>
    public async Task<EngineSocket> ConnectAsync()
    {
        EngineSocket client = await SocketEngine.Portable.ConnectAsync(EndPoint, null, TestContext.Current.CancellationToken);
        await AcceptAsync();
        return client;
    }

    /// <summary>Connects a control connection to the peer, which accepts.</summary>
    public async Task<TorControlConnection> ControlAsync(ControlConnectionOptions? options = null) =>
        new(await ConnectAsync(), options ?? new ControlConnectionOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    public async Task AcceptAsync()
    {
        _socket?.Dispose();
        _received = [];
        _socket = await _listener.AcceptAsync(TestContext.Current.CancellationToken);
    }

    public async Task SendAsync(string text) => await _socket!.SendAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    public async Task SendAsync(byte[] bytes) => await _socket!.SendAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Reads a line, without its CRLF; null where the other side ended.</summary>
    public async Task<string?> ReadLineAsync()
    {
        int end;
        while ((end = _received.AsSpan().IndexOf("\r\n"u8)) < 0)
        {
            if (!await ReceiveAsync())
            {
                return null;
            }
        }

        string line = Encoding.Latin1.GetString(_received, 0, end);
        _received = _received[(end + 2)..];
        return line;
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        while (_received.Length < count)
        {
            (await ReceiveAsync()).Should().BeTrue("more bytes should come");
        }

        byte[] read = _received[..count];
        _received = _received[count..];
        return read;
    }

    /// <summary>Reads a line and answers it.</summary>
    public async Task<string?> AnswerAsync(string reply)
    {
        string? line = await ReadLineAsync();
        await SendAsync(reply);
        return line;
    }

    public void Close() => _socket!.Dispose();

    public async ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        await _listener.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<bool> ReceiveAsync()
    {
        var buffer = new byte[4096];
        try
        {
            int n = await _socket!.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            _received = [.. _received, .. buffer[..n]];
            return n > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
