using System.Net;

namespace Klyntar.Overlay.Socks;

/// <summary>What a client of a SOCKS door asked for: either a host name or an address is set, never both.</summary>
/// <remarks>A host name that is an address in text form ("127.1", "[::1]") arrives as the address, so that a rule on addresses is not walked around.</remarks>
public sealed class SocksRequest
{
    /// <summary>The protocol, in which the reply must be.</summary>
    public required SocksProtocol Protocol { get; init; }

    /// <summary>What is asked for.</summary>
    public required SocksCommand Command { get; init; }

    /// <summary>The host name: 1 to 255 letters, digits, dots, hyphens and underscores, as the client wrote it; null where the client gave an address.</summary>
    public string? Host { get; init; }

    /// <summary>What the client wrote behind the host name and a question mark, for the overlay alone: printable ASCII, 255 characters with the name and the mark; null where there is nothing. HTTP has none.</summary>
    public string? Query { get; init; }

    /// <summary>The address, or null where the client gave a host name.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The port: 1 to 65535 for <see cref="SocksCommand.Connect"/>, without meaning for the other commands.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the client gave credentials, were they empty: a user name and password (SOCKS5, HTTP) or a user id that is not empty (SOCKS4).</summary>
    public bool HasCredentials { get; init; }

    /// <summary>The user name or user id: any bytes, at most 255.</summary>
    public ReadOnlyMemory<byte> User { get; init; }

    /// <summary>The password: any bytes, at most 255.</summary>
    public ReadOnlyMemory<byte> Password { get; init; }
}
