using System.Globalization;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>A gateway's status as a person reads it: lines that nothing wraps or cuts, with each address on one of its own.</summary>
internal static class StatusView
{
    public static IEnumerable<string> Of(GatewayStatus status, DateTimeOffset now)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"klyntar-overlay {status.Version}, process {status.ProcessId}, up {Span(now - status.StartedAt)}");
        yield return $"data folder {status.DataFolder}";
        foreach (SocksDoorReport door in status.Socks)
        {
            yield return "";
            yield return $"SOCKS door {door.Listen}";
            yield return string.Create(CultureInfo.InvariantCulture, $"  {door.Connections} of {door.ConnectionLimit} connections, {Count(door.PendingDials, "dial")} waiting, {door.Accepted} accepted in all");
        }

        foreach (TransportReport transport in status.Transports)
        {
            yield return "";
            yield return $"transport {transport.Name}: {State(transport)}";
            if (transport.Program is { } program)
            {
                yield return $"  {program.Origin}: {program.Path}";
            }

            foreach (string note in transport.Notes)
            {
                yield return $"  {note}";
            }
        }

        foreach (ServiceReport service in status.Services)
        {
            yield return "";
            yield return $"service {service.Name} on {service.Overlay}: {State(service)}";
            foreach (string line in service.Ports.GroupBy(p => p.Host).SelectMany(Address))
            {
                yield return line;
            }

            foreach (string note in service.Notes)
            {
                yield return $"  {note}";
            }

            yield return string.Create(CultureInfo.InvariantCulture, $"  {Count(service.Visitors, "visitor")} now, {service.VisitorsTotal} in all{TurnedAway(service)}");
        }

        foreach (PeerReport peer in status.Peers)
        {
            yield return "";
            foreach (string line in PeersView.Of(peer))
            {
                yield return line;
            }
        }
    }

    private static string TurnedAway(ServiceReport service) =>
        (service.VisitorsTurnedAway > 0 ? string.Create(CultureInfo.InvariantCulture, $", {service.VisitorsTurnedAway} turned away") : "")
        + (service.VisitorsExpelled > 0 ? string.Create(CultureInfo.InvariantCulture, $", {service.VisitorsExpelled} expelled") : "");

    /// <summary>An address, and below it where each of its ports leads.</summary>
    public static IEnumerable<string> Address(IGrouping<string, ServicePortReport> host) =>
        host.Select(p => string.Create(CultureInfo.InvariantCulture, $"    port {p.Port} → {p.Target}")).Prepend($"  {host.Key}");

    public static string State(TransportReport transport)
    {
        string state = transport.Progress is { } progress
            ? string.Create(CultureInfo.InvariantCulture, $"{Word(transport.State)}, {progress * 100:0} %")
            : Word(transport.State);
        return With(transport.Detail, state);
    }

    public static string State(ServiceReport service) => With(service.Detail, Word(service.State));

    /// <summary>A number of things.</summary>
    public static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    private static string With(string? detail, string state) => string.IsNullOrEmpty(detail) ? state : $"{state}: {detail}";

    private static string Word<T>(T state)
        where T : struct, Enum
    {
        string name = state.ToString();
        return name == nameof(TransportState.NotStarted) ? "not started" : name.ToLowerInvariant();
    }

    private static string Span(TimeSpan span) => span.TotalMinutes < 1 ? $"{Math.Max(0, span.Seconds)} s"
        : span.TotalHours < 1 ? $"{span.Minutes} min"
        : span.TotalDays < 1 ? $"{span.Hours} h {span.Minutes} min"
        : $"{span.Days} d {span.Hours} h";
}
