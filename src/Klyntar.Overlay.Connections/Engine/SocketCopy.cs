using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>The one-way copy over the operations that every engine's sockets have: wait, receive, send.</summary>
internal static class SocketCopy
{
    /// <summary>Copies until the source ends. See <see cref="SocketEngine.Copy"/>.</summary>
    public static async Task RunAsync(EngineSocket source, EngineSocket destination, ICopyProgress progress)
    {
        if (source.ResumesOnLoop || destination.ResumesOnLoop)
        {
            // Nothing here gives others their turn, as a loop needs it.
            source.ResumesOnLoop = destination.ResumesOnLoop = false;
            await ThreadPoolHop.Instance;
        }

        progress.OnEnded(await CopyAsync(source, destination, progress));
    }

    /// <summary>The outcome for an exception: a stop where the socket was closed on this side.</summary>
    internal static CopyOutcome Failed(CopyEnd end, Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.OperationAborted } ? CopyOutcome.Stopped : new CopyOutcome(end, cause);

    private static async ValueTask<CopyOutcome> CopyAsync(EngineSocket source, EngineSocket destination, ICopyProgress progress)
    {
        byte[]? buffer = null;
        int size = CopyBuffers.Small;
        try
        {
            while (true)
            {
                int received;
                try
                {
                    ValueTask readable = source.WaitReadableAsync();
                    if (!readable.IsCompleted)
                    {
                        Release(ref buffer);
                        size = CopyBuffers.Small;
                    }

                    await readable;
                    buffer ??= CopyBuffers.Shared.Rent(size);
                    received = await source.ReceiveAsync(buffer);
                }
                catch (Exception e)
                {
                    return Failed(CopyEnd.SourceFailed, e);
                }

                if (received == 0)
                {
                    return source.WasReset() ? Failed(CopyEnd.SourceFailed, new SocketException((int)SocketError.ConnectionReset)) : CopyOutcome.Fin;
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
                if (received == buffer.Length && size < CopyBuffers.Large)
                {
                    Release(ref buffer);
                    size *= 4;
                }
            }
        }
        finally
        {
            Release(ref buffer);
        }
    }

    private static void Release(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            CopyBuffers.Shared.Return(buffer);
            buffer = null;
        }
    }
}
