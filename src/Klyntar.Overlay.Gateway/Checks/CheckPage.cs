using System.Text;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>The page that a client finds under a check's name: HTTP/1.1, one answer to whatever is asked.</summary>
internal static class CheckPage
{
    // A browser's request has about 1 KB.
    private const int MaxRequest = 8 * 1024;

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Reads a request, answers it, and waits until the client has the answer.</summary>
    public static async ValueTask ServeAsync(EngineSocket socket, ReadOnlyMemory<byte> alreadyRead, ClientArrival arrival, CancellationToken cancellationToken)
    {
        byte[] request = new byte[MaxRequest];
        int length = Math.Min(alreadyRead.Length, MaxRequest);
        alreadyRead[..length].CopyTo(request);
        while (length < MaxRequest && request.AsSpan(0, length).IndexOf(EndOfHead) < 0)
        {
            int received = await socket.ReceiveAsync(request.AsMemory(length), cancellationToken);
            if (received == 0)
            {
                break;
            }

            length += received;
        }

        await socket.SendAsync(Answer(arrival), cancellationToken);
        socket.ShutdownSend();

        // Closed with bytes unread, TCP would reset the connection, and the answer could be lost.
        for (int drained = 0, received = 1; received > 0 && drained < MaxRequest; drained += received)
        {
            received = await socket.ReceiveAsync(request, cancellationToken);
        }
    }

    private static byte[] Answer(ClientArrival arrival)
    {
        string isolation = arrival.Isolation is { } label ? $"with an isolation of its own ({label})" : "with the isolation that all share who come without a user name";
        byte[] body = Encoding.UTF8.GetBytes($"You came through the gateway's SOCKS door by {arrival.Protocol}, {isolation}. The name was sent to the door and not resolved.\n");
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
        return [.. head, .. body];
    }
}
