using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Sends and takes bytes as cheaply as this side can, until the connection ends.</summary>
internal static class Pour
{
    /// <summary>What targets have taken, of all connections.</summary>
    public static long TakenByTarget;

    [ThreadStatic]
    private static byte[]? s_buffer;

    public static void Out(Socket socket, byte[] buffer, long count = long.MaxValue)
    {
        try
        {
            while (count > 0)
            {
                count -= socket.Send(buffer.AsSpan(0, (int)Math.Min(buffer.Length, count)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side has had enough.
        }
    }

    /// <summary>Takes bytes and counts them. The kernel drops them unread (tcp(7), MSG_TRUNC), so that copying here costs nothing.</summary>
    public static void In(Socket socket, ref long count)
    {
        byte[] buffer = s_buffer ??= new byte[256 * 1024];
        try
        {
            for (int got; (got = socket.Receive(buffer, SocketFlags.Truncated)) > 0;)
            {
                Interlocked.Add(ref count, got);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The load is over.
        }
    }
}
