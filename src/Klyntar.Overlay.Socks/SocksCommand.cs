namespace Klyntar.Overlay.Socks;

/// <summary>What a client asks for. Values are those on the wire.</summary>
public enum SocksCommand
{
    /// <summary>A connection.</summary>
    Connect = 0x01,

    /// <summary>The address of a host name: tor's extension of SOCKS4a and SOCKS5.</summary>
    Resolve = 0xF0,

    /// <summary>The host name of an address: tor's extension of SOCKS5.</summary>
    ResolvePtr = 0xF1,
}
