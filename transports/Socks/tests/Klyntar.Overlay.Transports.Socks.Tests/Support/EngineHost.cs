using System.Net;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>Accepts sockets on a free port of 127.0.0.1 and has each served, until it is disposed.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly EngineListener _listener;
    private readonly Func<EngineSocket, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    public EngineHost(Func<EngineSocket, CancellationToken, Task> serve, IPEndPoint? endPoint = null)
    {
        _serve = serve;
        _listener = SocketEngine.Portable.Listen(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        EndPoint = (IPEndPoint)_listener.LocalEndPoint;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (await _listener.AcceptAsync() is { } socket)
        {
            _serving.Add(ServeAsync(socket));
        }
    }

    private async Task ServeAsync(EngineSocket socket)
    {
        try
        {
            await _serve(socket, _stop.Token);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or IOException or OperationCanceledException)
        {
            // The other side has left, or the test is over.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
