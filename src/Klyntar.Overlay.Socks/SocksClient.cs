using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks;

/// <summary>Speaks SOCKS5 (RFC 1928, RFC 1929) to an upstream proxy over a connected socket.</summary>
public static class SocksClient
{
    /// <summary>Sends greeting, credentials and CONNECT in one segment and reads the answers. On success the socket carries the stream's bytes from the next one on.</summary>
    /// <param name="socket">A socket connected to the proxy. Not closed here, whatever happens.</param>
    /// <param name="request">Where to, and as whom.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The proxy's reply.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The connection to the proxy failed.</exception>
    public static ValueTask<SocksClientReply> ConnectAsync(EngineSocket socket, SocksClientRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>What to ask of an upstream proxy.</summary>
/// <param name="Host">A host name of at most 255 bytes, never resolved here.</param>
/// <param name="Port">The port.</param>
public sealed record SocksClientRequest(string Host, int Port)
{
    /// <summary>User name and password of 1 to 255 bytes each, or null to offer no authentication.</summary>
    public (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)? Credentials { get; init; }
}

/// <summary>An upstream proxy's reply.</summary>
/// <param name="Code">The reply code: 0 for success, as it came on the wire.</param>
/// <param name="Violation">What the proxy did that its protocol does not allow, or null.</param>
/// <param name="AlreadyRead">Bytes of the stream that came with the reply.</param>
public readonly record struct SocksClientReply(byte Code, string? Violation, ReadOnlyMemory<byte> AlreadyRead)
{
    /// <summary>Whether the proxy connected.</summary>
    public bool IsConnected => Code == 0 && Violation is null;
}
