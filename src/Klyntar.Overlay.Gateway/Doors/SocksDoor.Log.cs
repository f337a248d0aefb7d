using Klyntar.Overlay.Socks;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

internal sealed partial class SocksDoor
{
    [LoggerMessage(1, LogLevel.Information, "SOCKS door on {EndPoint}.")]
    private partial void LogListening(string endPoint);

    [LoggerMessage(2, LogLevel.Error, "The SOCKS door on {Door} accepts no more connections. Please report it.")]
    private partial void LogAcceptFailed(Exception exception, string door);

    [LoggerMessage(3, LogLevel.Error, "A connection of the SOCKS door on {Door} failed in a way it should not. Please report it.")]
    private partial void LogServeFailed(Exception exception, string door);

    [LoggerMessage(4, LogLevel.Debug, "The SOCKS door on {Door} turned user {UserId} away, who is not in allowedUids.")]
    private partial void LogUserRefused(string door, uint? userId);

    [LoggerMessage(5, LogLevel.Debug, "The SOCKS door on {Door} turned a client away that holds as many connections as it may.")]
    private partial void LogClientLimit(string door);

    [LoggerMessage(6, LogLevel.Debug, "The SOCKS door on {Door} refused a handshake: {Refusal}.")]
    private partial void LogHandshakeRefused(string door, SocksRefusal refusal);

    [LoggerMessage(7, LogLevel.Debug, "The SOCKS door on {Door} refused a request: {Error}")]
    private partial void LogRefused(string door, DialError error);

    [LoggerMessage(9, LogLevel.Error, "{Count} connections of the SOCKS door on {Door} did not end and are left behind: a transport pays no heed to cancellation. Please report it to its author.")]
    private partial void LogStuck(string door, int count);

    [LoggerMessage(8, LogLevel.Debug, "A dial to {EndPoint} failed: {Error}")]
    private partial void LogDialFailed(string endPoint, DialError error);
}
