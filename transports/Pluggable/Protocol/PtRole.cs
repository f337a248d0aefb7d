namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Which side of a pluggable transport a program is run as.</summary>
internal enum PtRole
{
    /// <summary>It offers a SOCKS5 port, and connects to servers.</summary>
    Client,

    /// <summary>It listens for clients, and connects to us with each.</summary>
    Server,
}
