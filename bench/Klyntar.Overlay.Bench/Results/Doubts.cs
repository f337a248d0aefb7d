using System.Globalization;

namespace Klyntar.Overlay.Bench;

/// <summary>Where the load may have been the limit rather than the proxy. What the processor did for each byte or connection holds all the same; rates do not.</summary>
internal static class Doubts
{
    // Of what goes without a proxy.
    private const double MostOfDirect = 0.8;

    // Of a core.
    private const double LeastCores = 0.5;

    private const double LeastOfRate = 0.95;

    public static IEnumerable<string> Of(BenchRecord record)
    {
        foreach (string proxy in record.Subjects.Where(proxy => proxy != DirectWay.Direct))
        {
            foreach (string metric in record.Metrics.Where(metric => Ends(metric, Metric.GigabytesPerSecond) || Ends(metric, Metric.PerSecond)))
            {
                double ofDirect = Statistics.Of(record.Paired(proxy, DirectWay.Direct, metric, (figure, other) => figure / other)).Median;
                if (ofDirect > MostOfDirect && !IsPaced(metric))
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{metric}: {proxy} reached {ofDirect:P0} of what goes without a proxy, so the load may be the limit.");
                }

                double rate = Statistics.Of(record.Of(proxy, metric)).Median;
                if (IsPaced(metric) && rate < LeastOfRate * PingLoad.Rate)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{metric}: of {PingLoad.Rate} a second only {rate:F0} came back from {proxy}.");
                }
            }

            foreach (string metric in record.Metrics.Where(metric => Ends(metric, Metric.Cores)))
            {
                double cores = Statistics.Of(record.Of(proxy, metric)).Median;
                double share = Statistics.Of(record.Of(proxy, metric.Replace(Metric.Cores, Metric.Share, StringComparison.Ordinal))).Median;
                if (cores < LeastCores)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{metric}: {proxy} was idle most of the time ({cores:F2} of a core, while the load took {share:P0} of the machine).");
                }
            }
        }
    }

    private static bool IsPaced(string metric) => metric.StartsWith("ping", StringComparison.Ordinal);

    private static bool Ends(string metric, string end) => metric.EndsWith(end, StringComparison.Ordinal);
}
