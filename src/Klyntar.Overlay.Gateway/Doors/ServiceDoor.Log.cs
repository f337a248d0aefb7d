using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

internal sealed partial class ServiceDoor
{
    [LoggerMessage(1, LogLevel.Error, "The service {Service} cannot be published on {Transport}: {Why}")]
    private partial void LogRefused(string service, string transport, string why);

    [LoggerMessage(2, LogLevel.Error, "{Transport} threw from {Member} of a published service. Please report it to the transport's author.")]
    private partial void LogThrew(Exception exception, string transport, string member);

    [LoggerMessage(3, LogLevel.Error, "A visitor of the service {Service} failed in a way it should not. Please report it.")]
    private partial void LogServeFailed(Exception exception, string service);

    [LoggerMessage(4, LogLevel.Warning, "Visitors are turned away: the target {Target} of port {Port} of the service {Service} cannot be connected to: {Why}")]
    private partial void LogTargetUnreachable(string target, int port, string service, string why);

    [LoggerMessage(5, LogLevel.Information, "The target {Target} of port {Port} of the service {Service} can be connected to again.")]
    private partial void LogTargetBack(string target, int port, string service);

    [LoggerMessage(6, LogLevel.Debug, "A visitor of the service {Service} was turned away: {Limit} are connected already.")]
    private partial void LogFull(string service, int limit);

    [LoggerMessage(7, LogLevel.Error, "{Transport} brought a visitor to port {Port}, which the service {Service} does not have. Please report it to the transport's author.")]
    private partial void LogUnknownPort(string transport, int port, string service);

    [LoggerMessage(8, LogLevel.Warning, "The service {Service} on {Transport} is degraded: {Why}")]
    private partial void LogDegraded(string service, string transport, string why);

    [LoggerMessage(12, LogLevel.Debug, "A visitor of the service {Service} on {Transport} went on beyond its limits and was expelled.")]
    private partial void LogExpelled(string service, string transport);

    [LoggerMessage(11, LogLevel.Error, "The service {Service} did not end on {Transport} and is left behind. Please report it to the transport's author.")]
    private partial void LogStuck(string service, string transport);

    [LoggerMessage(9, LogLevel.Debug, "The service {Service} is being published on {Transport}: {What}")]
    private partial void LogPublishing(string service, string transport, string what);

    [LoggerMessage(10, LogLevel.Information, "The service {Service} on {Transport} is {Status}.")]
    private partial void LogStatus(string service, string transport, ServiceStatus status);
}
