using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks;

/// <summary>The server's side of SOCKS5, SOCKS4a and HTTP CONNECT over a socket. The dial between handshake and reply is the caller's.</summary>
public static class SocksServer
{
    /// <summary>
    /// Reads a client's request, on one port for all protocols. No buffer is held while nothing arrives, nor after the return.
    /// A client that is refused has been told why and its sending end awaited: what is left is to dispose the socket.
    /// </summary>
    /// <param name="socket">An accepted socket. Not closed here, whatever happens.</param>
    /// <param name="options">What is asked of clients.</param>
    /// <param name="cancellationToken">The deadline of the whole handshake; the outcome is then <see cref="SocksRefusal.TimedOut"/>.</param>
    /// <returns>The request or the refusal; a client's faults are never exceptions.</returns>
    public static ValueTask<SocksHandshake> HandshakeAsync(EngineSocket socket, SocksServerOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Sends a reply of <see cref="SocksReply"/> that refuses, ends this direction and waits for the client's end, so that a reset does not overtake the reply. Then dispose the socket.</summary>
    /// <param name="socket">The client's socket. Not closed here.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="cancellationToken">Ends the wait: give it a second or two.</param>
    /// <returns>A task that never fails for what the client does.</returns>
    public static ValueTask RefuseAsync(EngineSocket socket, ReadOnlyMemory<byte> reply, CancellationToken cancellationToken) => throw new NotImplementedException();
}
