namespace Klyntar.Overlay.Socks;

/// <summary>Which protocol a client speaks; its first byte tells.</summary>
public enum SocksProtocol
{
    /// <summary>SOCKS5, RFC 1928.</summary>
    Socks5,

    /// <summary>SOCKS4, and SOCKS4a with a host name.</summary>
    Socks4,

    /// <summary>HTTP/1.x CONNECT, RFC 9110 section 9.3.6.</summary>
    Http,
}
