using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks;

/// <summary>Speaks SOCKS5 (RFC 1928, RFC 1929) to an upstream proxy over a connected socket.</summary>
public static class SocksClient
{
    /// <summary>Sends greeting, credentials and request in one segment, unless told otherwise, and reads the answers. On success the socket carries the stream's bytes from the next one on.</summary>
    /// <param name="socket">A socket connected to the proxy. Not closed here, whatever happens.</param>
    /// <param name="request">Where to, and as whom.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The proxy's reply, or how it failed to give one.</returns>
    /// <exception cref="ArgumentException">The request cannot be put into SOCKS5.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection to the proxy failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<SocksClientReply> ConnectAsync(EngineSocket socket, SocksClientRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
