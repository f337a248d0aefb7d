namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A service, as tunnels see it.</summary>
internal interface ITunnelService
{
    /// <summary>The key that makes its address.</summary>
    ZeroNetPrivateKey Key { get; }

    /// <summary>Whether it has a virtual port.</summary>
    bool HasPort(int port);

    /// <summary>Keeps a place for one more visitor; <see cref="LetIn"/> or <see cref="GiveUpPlace"/> follows.</summary>
    /// <returns>Whether there was one.</returns>
    bool TryTakePlace();

    /// <summary>A visitor whose place was kept does not come.</summary>
    void GiveUpPlace();

    /// <summary>Hands a visitor over.</summary>
    /// <param name="connection">The visitor's connection, owned by the service.</param>
    /// <param name="port">The virtual port.</param>
    /// <param name="visitor">The address that the visitor has proved to have the key of.</param>
    void LetIn(TunnelConnection connection, int port, ZeroNetAddress visitor);
}
