using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A listener on loopback that stands for a node's port; the test plays the node.</summary>
internal sealed class Target : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public Target()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public async Task<Socket> AcceptAsync(CancellationToken cancellationToken) => await _listener.AcceptAsync(cancellationToken);

    public void Dispose() => _listener.Dispose();
}

/// <summary>Whole messages over sockets.</summary>
internal static class SocketText
{
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data, cancellationToken)..];
        }
    }

    public static async Task<byte[]> ReceiveExactlyAsync(this Socket socket, int count, CancellationToken cancellationToken)
    {
        byte[] data = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await socket.ReceiveAsync(data.AsMemory(received), cancellationToken);
            received += more > 0 ? more : throw new EndOfStreamException($"The stream ended after {received} of {count} bytes.");
        }

        return data;
    }

    public static async Task<byte[]> ReceiveToEndAsync(this Socket socket, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int received;
        while ((received = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            all.Write(buffer, 0, received);
        }

        return all.ToArray();
    }
}
