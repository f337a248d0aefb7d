using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Whose session a dial is made over: one with a transient destination, or a service's.</summary>
internal interface IDialOrigin
{
    /// <summary>The session, once the router has been told.</summary>
    Task<SamSession> Session { get; }

    /// <summary>Keeps the session until a connection has ended.</summary>
    void Keep(ConnectionContext connection);

    /// <summary>A dial has come to its end.</summary>
    void EndDial();
}
