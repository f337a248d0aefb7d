using System.Buffers;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>The one-way copy over the operations that every engine's sockets have: wait, receive, send.</summary>
internal static class SocketCopy
{
    /// <summary>Enough for requests, pings and small pages, so that thousands of slow connections cost little.</summary>
    internal const int SmallBuffer = 16 * 1024;

    /// <summary>For connections that fill the small one: the calls' own cost per byte falls with the size, and is small against the kernel's copies here.</summary>
    internal const int LargeBuffer = 64 * 1024;

    /// <summary>Copies until the source ends. See <see cref="SocketEngine.CopyAsync"/>.</summary>
    public static async ValueTask<CopyOutcome> RunAsync(EngineSocket source, EngineSocket destination, ICopyProgress progress)
    {
        byte[]? buffer = null;
        int size = SmallBuffer;
        try
        {
            while (true)
            {
                int received;
                try
                {
                    ValueTask readable = source.WaitReadableAsync();
                    if (!readable.IsCompleted && buffer is not null)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = null;
                        size = SmallBuffer;
                    }

                    await readable;
                    buffer ??= ArrayPool<byte>.Shared.Rent(size);
                    received = await source.ReceiveAsync(buffer);
                }
                catch (Exception e)
                {
                    return Failed(CopyEnd.SourceFailed, e);
                }

                if (received == 0)
                {
                    return CopyOutcome.Fin;
                }

                progress.OnReceived(received);
                try
                {
                    await destination.SendAsync(buffer.AsMemory(0, received));
                }
                catch (Exception e)
                {
                    return Failed(CopyEnd.DestinationFailed, e);
                }

                progress.OnCopied(received);
                if (received == buffer.Length && size < LargeBuffer)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                    size = LargeBuffer;
                }
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>The outcome for an exception: a stop where the socket was closed on this side.</summary>
    internal static CopyOutcome Failed(CopyEnd end, Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.OperationAborted } ? CopyOutcome.Stopped : new CopyOutcome(end, cause);
}
