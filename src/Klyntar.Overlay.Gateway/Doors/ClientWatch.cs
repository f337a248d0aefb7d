using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>Watches a client while its dial is under way: keeps what it sends early, and notices when it leaves.</summary>
/// <remarks>
/// A FIN from a client that has sent nothing means that it left: whoever wants an answer asks for something. After early bytes
/// a FIN may be the end of a request whose answer is awaited, so the dial goes on.
/// </remarks>
internal sealed class ClientWatch : IDisposable
{
    // More stays in the kernel, and leaving is then noticed only by the relay.
    private const int MaxEarly = 16 * 1024;

    private const int FirstLength = 1024;

    private readonly EngineSocket _socket;
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource? _stop;
    private Task _watching = Task.CompletedTask;
    private byte[] _early;
    private int _count;

    /// <summary>A watch that has not begun.</summary>
    /// <param name="socket">The client's socket.</param>
    /// <param name="alreadyRead">What came with the request already.</param>
    public ClientWatch(EngineSocket socket, ReadOnlyMemory<byte> alreadyRead)
    {
        _socket = socket;
        _early = alreadyRead.ToArray();
        _count = _early.Length;
    }

    /// <summary>Cancelled when the client has left.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>Begins to watch. Until the watch is stopped nobody else may receive from the socket.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>Stops watching, where it has begun.</summary>
    /// <returns>All early bytes, in order. Whether the client has left is final now.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> StopAsync()
    {
        if (!_watching.IsCompleted)
        {
            // Nothing but the watch's own wait hangs on this token.
            _stop!.Cancel();
            await _watching;
        }

        return _early.AsMemory(0, _count);
    }

    public void Dispose()
    {
        _left.Dispose();
        _stop?.Dispose();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        try
        {
            while (_count < MaxEarly)
            {
                await _socket.WaitReadableAsync(stop);
                if (_count == _early.Length)
                {
                    Array.Resize(ref _early, Math.Clamp(_count * 2, FirstLength, MaxEarly));
                }

                int received = await _socket.ReceiveAsync(_early.AsMemory(_count), stop);
                if (received == 0)
                {
                    break;
                }

                _count += received;
            }

            if (_count > 0)
            {
                return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was reset, or the door is stopping.
        }

        // On the thread pool, since what hangs on this token is a transport's.
        await _left.CancelAsync();
    }
}
