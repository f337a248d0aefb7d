using System.Buffers;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks;

/// <summary>Speaks SOCKS5 (RFC 1928, RFC 1929) to an upstream proxy over a connected socket.</summary>
public static class SocksClient
{
    /// <summary>
    /// Sends greeting, credentials and request in one segment, unless told otherwise, and reads the answers. On success the
    /// socket carries the stream's bytes from the next one on. No buffer is held while the proxy is silent.
    /// </summary>
    /// <param name="socket">A socket connected to the proxy. Not closed here, whatever happens.</param>
    /// <param name="request">Where to, and as whom.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The proxy's reply, or how it failed to give one.</returns>
    /// <exception cref="ArgumentException">The request cannot be put into SOCKS5.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection to the proxy failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async ValueTask<SocksClientReply> ConnectAsync(EngineSocket socket, SocksClientRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(request);
        var codec = new SocksClientCodec(request);
        while (true)
        {
            ReadOnlyMemory<byte> output = codec.TakeOutput();
            if (!output.IsEmpty)
            {
                await socket.SendAsync(output, cancellationToken).ConfigureAwait(false);
            }

            await socket.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(SocksServer.ReceiveLength);
            try
            {
                int received = await socket.ReceiveAsync(buffer.AsMemory(0, SocksServer.ReceiveLength), cancellationToken).ConfigureAwait(false);
                if (received == 0)
                {
                    return new SocksClientReply(0, "closed the connection before its reply", default) { End = SocksClientEnd.Closed };
                }

                if (codec.Advance(buffer.AsSpan(0, received), out int consumed) == SocksClientStep.Done)
                {
                    return codec.Reply(buffer.AsSpan(consumed, received - consumed));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
