using System.Net;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <content>What the log says.</content>
internal sealed partial class PeerDoor
{
    [LoggerMessage(EventId = 1, Message = "The peer {Peer} is not reached at its port {Port}: {Why}")]
    private partial void LogBlocked(LogLevel level, string peer, int port, string why);

    [LoggerMessage(2, LogLevel.Information, "The peer {Peer} is reached at {EndPoint} now.")]
    private partial void LogUnblocked(string peer, IPEndPoint endPoint);

    [LoggerMessage(3, LogLevel.Error, "The door of the peer {Peer} for port {Port} accepts no more connections, because accepting failed in a way it should not. Please report it.")]
    private partial void LogAcceptFailed(Exception exception, string peer, int port);

    [LoggerMessage(4, LogLevel.Error, "A connection to the peer {Peer}, port {Port}, failed in a way it should not. Please report it.")]
    private partial void LogServeFailed(Exception exception, string peer, int port);

    [LoggerMessage(5, LogLevel.Debug, "A dial to the peer {Peer}, port {Port}, failed: {Error}")]
    private partial void LogDialFailed(string peer, int port, DialError error);

    [LoggerMessage(6, LogLevel.Warning, "The user {UserId} may not connect to the peer {Peer}, port {Port}; \"allowedUids\" of the peer names those who may.")]
    private partial void LogUserRefused(string peer, int port, uint? userId);

    [LoggerMessage(7, LogLevel.Warning, "The door of the peer {Peer} for port {Port} ended with {Count} connections that did not.")]
    private partial void LogStuck(string peer, int port, int count);

    [LoggerMessage(8, LogLevel.Debug, "The peer {Peer}, port {Port}, is a service of this gateway, and its target {Target} cannot be reached: {Why}")]
    private partial void LogOwnUnreachable(string peer, int port, string target, string why);
}
