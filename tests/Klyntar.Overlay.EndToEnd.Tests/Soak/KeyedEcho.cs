using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A node that sends back what it gets, each byte changed by a key of its own: bytes that went astray between nodes show.</summary>
internal sealed class KeyedEcho : IAsyncDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly byte _key;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _life = new();
    private readonly Task _accepting;
    private int _open;

    public KeyedEcho(byte key)
    {
        _key = key;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How many connections it has.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>What it answers.</summary>
    public byte[] Answer(byte[] sent)
    {
        byte[] answer = [.. sent];
        Change(answer);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _life.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_life.Token);
                Interlocked.Increment(ref _open);
                _ = AnswerAsync(socket);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            byte[] buffer = new byte[BufferSize];
            try
            {
                int received;
                while ((received = await socket.ReceiveAsync(buffer, _life.Token)) > 0)
                {
                    Change(buffer.AsSpan(0, received));
                    await socket.SendAllAsync(buffer.AsMemory(0, received), _life.Token);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // A tor has ended.
            }
        }

        Interlocked.Decrement(ref _open);
    }

    private void Change(Span<byte> bytes)
    {
        foreach (ref byte b in bytes)
        {
            b ^= _key;
        }
    }
}
