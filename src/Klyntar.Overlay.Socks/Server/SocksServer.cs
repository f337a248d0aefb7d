using System.Buffers;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks;

/// <summary>The server's side of SOCKS5, SOCKS4a and HTTP CONNECT over a socket. The dial between handshake and reply is the caller's.</summary>
public static class SocksServer
{
    /// <summary>Room for every message of a usual client. What does not fit stays in the kernel, where the relay finds it without a copy.</summary>
    internal const int ReceiveLength = 512;

    /// <summary>How much of a refused client's input is read for the sake of its reading our reply.</summary>
    internal const int MaxDrained = 64 * 1024;

    private const int DrainLength = 4096;

    /// <summary>
    /// Reads a client's request, on one port for all protocols. No buffer is held while nothing arrives, nor after the return.
    /// A client that is refused has been told why and its sending end awaited: what is left is to dispose the socket.
    /// </summary>
    /// <param name="socket">An accepted socket. Not closed here, whatever happens.</param>
    /// <param name="options">What is asked of clients.</param>
    /// <param name="cancellationToken">The deadline of the whole handshake; the outcome is then <see cref="SocksRefusal.TimedOut"/>.</param>
    /// <returns>The request or the refusal; a client's faults are never exceptions.</returns>
    public static async ValueTask<SocksHandshake> HandshakeAsync(EngineSocket socket, SocksServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(options);
        var codec = new SocksServerCodec(options);
        try
        {
            while (true)
            {
                await socket.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
                SocksServerStep step;
                ReadOnlyMemory<byte> alreadyRead = default;
                byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveLength);
                int received = 0;
                try
                {
                    received = await socket.ReceiveAsync(buffer.AsMemory(0, ReceiveLength), cancellationToken).ConfigureAwait(false);
                    if (received == 0)
                    {
                        return SocksHandshake.Refused(SocksRefusal.Ended);
                    }

                    step = codec.Advance(buffer.AsSpan(0, received), out int consumed);
                    if (consumed < received)
                    {
                        alreadyRead = buffer.AsSpan(consumed, received - consumed).ToArray();
                    }
                }
                finally
                {
                    // It may hold a password, and the pool is everyone's.
                    buffer.AsSpan(0, received).Clear();
                    ArrayPool<byte>.Shared.Return(buffer);
                }

                ReadOnlyMemory<byte> output = codec.TakeOutput();
                if (step == SocksServerStep.Refused)
                {
                    await RefuseAsync(socket, output, cancellationToken).ConfigureAwait(false);
                    return SocksHandshake.Refused(codec.Refusal);
                }

                if (!output.IsEmpty)
                {
                    await socket.SendAsync(output, cancellationToken).ConfigureAwait(false);
                }

                if (step == SocksServerStep.Complete)
                {
                    return SocksHandshake.Accepted(codec.Request!, alreadyRead);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return SocksHandshake.Refused(SocksRefusal.TimedOut);
        }
        catch (SocketException)
        {
            return SocksHandshake.Refused(SocksRefusal.ConnectionFailed);
        }
    }

    /// <summary>Sends a reply of <see cref="SocksReply"/> that refuses, ends this direction and waits for the client's end, so that a reset does not overtake the reply. Then dispose the socket.</summary>
    /// <param name="socket">The client's socket. Not closed here.</param>
    /// <param name="reply">The reply; where empty, there is nothing to wait for.</param>
    /// <param name="cancellationToken">Ends the wait: give it a second or two.</param>
    /// <returns>A task that never fails for what the client does.</returns>
    public static async ValueTask RefuseAsync(EngineSocket socket, ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (reply.IsEmpty)
        {
            return;
        }

        try
        {
            await socket.SendAsync(reply, cancellationToken).ConfigureAwait(false);
            socket.ShutdownSend();
            await DrainAsync(socket, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It was told; that it did not go is its own loss.
        }
        catch (SocketException)
        {
            // It went before it was told.
        }
    }

    /// <summary>Reads and forgets until the client's end, since closing a socket with unread input resets the connection.</summary>
    private static async ValueTask DrainAsync(EngineSocket socket, CancellationToken cancellationToken)
    {
        for (int left = MaxDrained; left > 0;)
        {
            await socket.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(DrainLength);
            try
            {
                int received = await socket.ReceiveAsync(buffer.AsMemory(0, DrainLength), cancellationToken).ConfigureAwait(false);
                buffer.AsSpan(0, received).Clear();
                if (received == 0)
                {
                    return;
                }

                left -= received;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
