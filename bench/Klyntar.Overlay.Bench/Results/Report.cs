using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Klyntar.Overlay.Bench;

/// <summary>Medians, ratios and limits.</summary>
internal sealed class Report(BenchRecord record, string baseline)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsWithinLimits => Others.All(proxy => record.Metrics.All(metric => IsWithin(proxy, metric) != false));

    private IEnumerable<string> Others => record.Proxies.Where(p => p != baseline);

    public string ToMarkdown()
    {
        StringBuilder text = new();
        foreach (string proxy in Others)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| | {baseline} | {proxy} | ratio (lowest–highest) | limit | |");
            text.AppendLine("|---|---|---|---|---|---|");
            foreach (string metric in record.Metrics)
            {
                bool isDifference = Limit.For(metric) is { Of: LimitOf.Difference };
                double[] compared = isDifference ? Differences(proxy, metric) : Ratios(proxy, metric);
                string verdict = IsWithin(proxy, metric) switch { true => "kept", false => "**missed**", null => "" };
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {metric} | {Median(record.Of(baseline, metric)):G4} | {Median(record.Of(proxy, metric)):G4} | {(isDifference ? "+" : "")}{Median(compared):F2} ({compared.Min():F2}–{compared.Max():F2}) | {Limit.For(metric)} | {verdict} |");
            }
        }

        return text.ToString();
    }

    public string ToJson()
    {
        var all = record.Proxies.ToDictionary(p => p, p => record.Metrics.ToDictionary(m => m, m => record.Of(p, m)));
        return JsonSerializer.Serialize(all, Indented);
    }

    public static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    // Paired: both ran in the same round, so what disturbed the machine then disturbed both.
    private double[] Ratios(string proxy, string metric) =>
        [.. record.Of(proxy, metric).Zip(record.Of(baseline, metric), (figure, other) => figure / other)];

    private double[] Differences(string proxy, string metric) =>
        [.. record.Of(proxy, metric).Zip(record.Of(baseline, metric), (figure, other) => figure - other)];

    private bool? IsWithin(string proxy, string metric) => Limit.For(metric) is { } limit
        ? limit.IsKept(Median(limit.Of switch
        {
            LimitOf.Ratio => Ratios(proxy, metric),
            LimitOf.Difference => Differences(proxy, metric),
            _ => record.Of(proxy, metric),
        }))
        : null;
}
