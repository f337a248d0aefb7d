using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Stand-in until the transport's control connection is merged.</summary>
internal sealed class SandboxControl : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ControlDecoder _decoder = new();
    private readonly SemaphoreSlim _one = new(1);
    private ReadOnlyMemory<byte> _rest;

    private SandboxControl(Socket socket) => _socket = socket;

    public static async Task<SandboxControl> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint, cancellationToken);
        var control = new SandboxControl(socket);
        ProtocolInfo info = ProtocolInfo.TryParse(await control.SendAsync(ControlCommand.ProtocolInfo(), cancellationToken))!;
        await control.SendAsync(ControlCommand.Authenticate(await File.ReadAllBytesAsync(info.CookieFile!, cancellationToken)), cancellationToken);
        await control.SendAsync(ControlCommand.TakeOwnership(), cancellationToken);
        return control;
    }

    public async Task<ControlMessage> SendAsync(ControlCommand command, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(command.Line, cancellationToken);
            while (true)
            {
                ReadOnlySpan<byte> span = _rest.Span;
                ControlMessage? message = _decoder.Decode(ref span);
                _rest = _rest[^span.Length..];
                if (message is not null && !message.IsEvent)
                {
                    return message;
                }

                if (message is null)
                {
                    var buffer = new byte[65536];
                    int n = await _socket.ReceiveAsync(buffer, cancellationToken);
                    if (n == 0)
                    {
                        await Task.Delay(-1, cancellationToken);
                    }

                    _rest = buffer.AsMemory(0, n);
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<string?> GetInfoAsync(string key, CancellationToken cancellationToken) =>
        KeyValueReply.TryParse(await SendAsync(ControlCommand.GetInfo(key), cancellationToken))?[key];

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return default;
    }
}
