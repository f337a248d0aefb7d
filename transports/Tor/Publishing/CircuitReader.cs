using System.Buffers;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Reads a visitor's circuit off the front of its connection.</summary>
internal static class CircuitReader
{
    /// <summary>Reads.</summary>
    /// <param name="socket">A visitor's socket, owned by the caller until this returns a connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The connection without tor's line, and the circuit's number; null where no such line came.</returns>
    public static async ValueTask<(SocketConnection Connection, uint Circuit)?> ReadAsync(EngineSocket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * CircuitHeader.MaxLength);
        try
        {
            int received = 0;
            while (true)
            {
                int more = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
                received += more;
                switch (CircuitHeader.TryRead(buffer.AsSpan(0, received), out uint circuit, out int length))
                {
                    case OperationStatus.Done:
                        return (new SocketConnection(socket, buffer.AsSpan(length..received).ToArray()), circuit);
                    case OperationStatus.NeedMoreData when more > 0:
                        break;
                    default:
                        return null;
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
