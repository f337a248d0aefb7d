using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

internal sealed partial class TransportHost
{
    [LoggerMessage(2, LogLevel.Error, "{Transport} cannot start: {Why}")]
    private partial void LogStartFailed(string transport, string why);

    [LoggerMessage(3, LogLevel.Debug, "{Transport} is starting, {Progress:P0}: {What}")]
    private partial void LogStarting(string transport, double progress, string what);

    [LoggerMessage(4, LogLevel.Warning, "{Transport} is degraded: {Why}")]
    private partial void LogDegraded(string transport, string why);

    [LoggerMessage(5, LogLevel.Error, "{Transport} has failed: {Why}")]
    private partial void LogFailed(string transport, string why);

    [LoggerMessage(7, LogLevel.Error, "{Transport} did not end in time and is left behind. Please report it to the transport's author.")]
    private partial void LogStuck(string transport);

    [LoggerMessage(6, LogLevel.Information, "{Transport} is {Status}.")]
    private partial void LogStatus(string transport, TransportStatus status);
}
