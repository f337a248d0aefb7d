using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>Medians, ratios and limits: of the gateway, and beside each of its peers.</summary>
internal sealed class Report(BenchRecord record)
{
    public bool IsWithinLimits => Metrics.All(metric => IsWithin(metric) != false && Peers.All(peer => IsWithin(metric, peer) != false));

    private IEnumerable<string> Metrics => record.Metrics.Where(metric => !Metric.IsDetail(metric));

    // Without a proxy there is nothing to compare with.
    private IEnumerable<string> Peers => record.Subjects.Where(proxy => proxy is not GatewayKind.Gateway and not DirectWay.Direct);

    public string ToMarkdown()
    {
        StringBuilder text = new();
        string[] proxies = [GatewayKind.Gateway, .. Peers, .. record.Subjects.Where(proxy => proxy == DirectWay.Direct)];
        Table(text, ["median (least–most)", .. proxies], metric => proxies.Select(proxy => Figures(record.Of(proxy, metric), "G3")));
        text.AppendLine();
        Table(text, ["beside", "limit of its own", .. Peers], metric => [Own(metric), .. Peers.Select(peer => Beside(metric, peer))]);
        return text.ToString();
    }

    private void Table(StringBuilder text, IReadOnlyCollection<string> heads, Func<string, IEnumerable<string>> cells)
    {
        text.AppendLine($"| {string.Join(" | ", heads)} |").AppendLine($"|{string.Concat(Enumerable.Repeat("---|", heads.Count))}");
        foreach (string metric in Metrics)
        {
            text.AppendLine($"| {metric} | {string.Join(" | ", cells(metric))} |");
        }
    }

    private string Own(string metric) => Limit.For(metric) is { } limit ? Verdict(limit, IsWithin(metric)) : "";

    private string Beside(string metric, string peer)
    {
        Limit? limit = Limit.For(metric, peer);
        string ratio = Figures(Compared(metric, peer), limit?.Of == LimitOf.Difference ? "+0.00;-0.00" : "F2");
        return limit is { } bound ? $"{ratio} {Verdict(bound, IsWithin(metric, peer))}" : ratio;
    }

    private static string Figures(double[] figures, string format)
    {
        Statistics all = Statistics.Of(figures);
        return figures.Length switch
        {
            0 => "",
            1 => Text(all.Median),
            _ => $"{Text(all.Median)} ({Text(all.Least)}–{Text(all.Most)})",
        };

        string Text(double figure) => Statistics.Text(figure, format);
    }

    private static string Verdict(Limit limit, bool? isWithin) => isWithin switch { true => $"{limit} kept", false => $"**{limit} missed**", null => "" };

    // Nothing is so many times as much as nothing.
    private double[] Compared(string metric, string peer) => Array.FindAll(
        record.Paired(GatewayKind.Gateway, peer, metric, Limit.For(metric, peer) is { Of: LimitOf.Difference } ? (figure, other) => figure - other : (figure, other) => figure / other),
        double.IsFinite);

    private bool? IsWithin(string metric) => IsWithin(Limit.For(metric), record.Of(GatewayKind.Gateway, metric));

    private bool? IsWithin(string metric, string peer) => IsWithin(Limit.For(metric, peer), Compared(metric, peer));

    // Null where there is no limit, or nothing was measured.
    private static bool? IsWithin(Limit? limit, double[] figures) => figures.Length == 0 ? null : limit?.IsKept(Statistics.Of(figures).Median);
}
