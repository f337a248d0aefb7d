using System.Text;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A control connection that says any line: for commands that the transport does not have.</summary>
internal sealed class PlainControl : IAsyncDisposable
{
    private readonly ControlDecoder _decoder = new();
    private readonly EngineSocket _socket;
    private readonly byte[] _buffer = new byte[4096];

    private PlainControl(EngineSocket socket) => _socket = socket;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Connects, and authenticates by the cookie.</summary>
    public static async Task<PlainControl> OpenAsync(ControlStage stage)
    {
        var control = new PlainControl(await SocketEngine.Portable.ConnectAsync(stage.EndPoint, null, Ct));
        try
        {
            (await control.AskAsync($"AUTHENTICATE {Convert.ToHexString(File.ReadAllBytes(stage.Folders.Cookie))}")).Status.Should().Be(250);
            return control;
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says a line and waits for the reply to it.</summary>
    /// <exception cref="ControlException">The control port breaks off.</exception>
    public async Task<ControlMessage> AskAsync(string line)
    {
        await _socket.SendAsync(Encoding.Latin1.GetBytes(line + "\r\n"), Ct);
        int received;
        while ((received = await _socket.ReceiveAsync(_buffer, Ct)) > 0)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(0, received);
            if (_decoder.Decode(ref rest) is { } message)
            {
                return message;
            }
        }

        throw _decoder.End() is { } violation ? new ControlException(violation) : new ControlException("The control port ended the connection.");
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
