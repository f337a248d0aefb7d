namespace Klyntar.Overlay.Gateway;

/// <summary>Turns the contract's statuses into those of the status model.</summary>
internal static class StatusWords
{
    public static (TransportState State, double? Progress, string? Detail) Of(TransportStatus status) => status switch
    {
        TransportStatus.Starting starting => (TransportState.Starting, starting.Progress, starting.What),
        TransportStatus.Degraded degraded => (TransportState.Degraded, null, degraded.Why),
        TransportStatus.Failed failed => (TransportState.Failed, null, failed.Why),
        { IsReady: true } => (TransportState.Ready, null, null),
        { IsFinal: true } => (TransportState.Stopped, null, null),
        _ => (TransportState.NotStarted, null, null),
    };

    public static (ServiceState State, string? Detail) Of(ServiceStatus status) => status switch
    {
        ServiceStatus.Publishing publishing => (ServiceState.Publishing, publishing.What),
        ServiceStatus.Degraded degraded => (ServiceState.Degraded, degraded.Why),
        ServiceStatus.Failed failed => (ServiceState.Failed, failed.Why),
        { IsPublished: true } => (ServiceState.Published, null),
        _ => (ServiceState.Stopped, null),
    };
}
