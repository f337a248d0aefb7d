using System.Globalization;
using Klyntar.Overlay.Gateway;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Klyntar.Overlay.Cli;

/// <summary>A gateway's status as a person reads it.</summary>
internal static class StatusView
{
    public static IRenderable Of(GatewayStatus status, DateTimeOffset now)
    {
        var parts = new List<IRenderable>
        {
            new Text($"klyntar-overlay {status.Version}, process {status.ProcessId}, up {Span(now - status.StartedAt)}, data in {status.DataFolder}"),
            Table(["socks door", "connections", "dials waiting", "accepted"], status.Socks.Select(s => new string[]
            {
                s.Listen, string.Create(CultureInfo.InvariantCulture, $"{s.Connections} of {s.ConnectionLimit}"), Number(s.PendingDials), Number(s.Accepted),
            })),
            Table(["transport", "state", "program"], status.Transports.Select(t => new string[]
            {
                t.Name, State(t), t.Program is null ? "" : $"{t.Program.Path} ({t.Program.Origin})",
            })),
        };
        if (!status.Services.IsEmpty)
        {
            parts.Add(Table(["service", "overlay", "state", "address", "visitors"], status.Services.Select(s => new string[]
            {
                s.Name, s.Overlay, State(s), string.Join('\n', s.Ports.Select(p => $"{p.Host}:{p.Port} → {p.Target}")),
                string.Create(CultureInfo.InvariantCulture, $"{s.Visitors} now, {s.VisitorsTotal} in all"),
            })));
        }

        if (!status.Peers.IsEmpty)
        {
            parts.Add(Table(["peer"], status.Peers.Select(p => new[] { p.Name })));
        }

        return new Rows(parts);
    }

    public static string State(TransportReport transport)
    {
        string state = transport.Progress is { } progress
            ? string.Create(CultureInfo.InvariantCulture, $"{Word(transport.State)}, {progress * 100:0} %")
            : Word(transport.State);
        return transport.Detail is null ? state : $"{state}: {transport.Detail}";
    }

    public static string State(ServiceReport service) =>
        service.Detail is null ? Word(service.State) : $"{Word(service.State)}: {service.Detail}";

    private static string Word<T>(T state)
        where T : struct, Enum
    {
        string name = state.ToString();
        return name == nameof(TransportState.NotStarted) ? "not started" : name.ToLowerInvariant();
    }

    private static Table Table(string[] columns, IEnumerable<string[]> rows)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => span.TotalMinutes < 1 ? $"{span.Seconds} s"
        : span.TotalHours < 1 ? $"{span.Minutes} min"
        : span.TotalDays < 1 ? $"{span.Hours} h {span.Minutes} min"
        : $"{span.Days} d {span.Hours} h";
}
