using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>Tells a reset from other failures.</summary>
internal static class SocketFaults
{
    /// <summary>Whether the other side ended the connection against the order: it sent RST, or takes no more bytes (EPIPE).</summary>
    public static bool IsReset(SocketError error) =>
        error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NetworkReset or SocketError.Shutdown;

    /// <summary>The same of what a socket or a connection threw.</summary>
    public static bool IsReset(Exception? fault) => fault switch
    {
        SocketException s => IsReset(s.SocketErrorCode),
        ConnectionResetException or ConnectionAbortedException => true,
        IOException { InnerException: SocketException s } => IsReset(s.SocketErrorCode),
        _ => false,
    };
}
