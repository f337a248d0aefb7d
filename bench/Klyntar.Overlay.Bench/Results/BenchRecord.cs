using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>Every figure of every round.</summary>
internal sealed class BenchRecord
{
    private readonly Dictionary<(string Proxy, string Metric), SortedList<int, double>> _figures = [];

    /// <summary>The metrics, in the order in which they were first measured.</summary>
    public List<string> Metrics { get; } = [];

    /// <summary>The proxies, likewise.</summary>
    public List<string> Proxies { get; } = [];

    public void Add(int round, string proxy, string metric, double figure)
    {
        if (!_figures.TryGetValue((proxy, metric), out SortedList<int, double>? figures))
        {
            _figures.Add((proxy, metric), figures = []);
            if (!Metrics.Contains(metric))
            {
                Metrics.Add(metric);
            }

            if (!Proxies.Contains(proxy))
            {
                Proxies.Add(proxy);
            }
        }

        figures.Add(round, figure);
    }

    /// <summary>One figure for each round.</summary>
    public double[] Of(string proxy, string metric) => [.. Rounds(proxy, metric).Values];

    /// <summary>Compares two proxies within each round that both have a figure of: what disturbed the machine then disturbed both.</summary>
    public double[] Paired(string proxy, string other, string metric, Func<double, double, double> compare)
    {
        SortedList<int, double> others = Rounds(other, metric);
        return [.. Rounds(proxy, metric).Where(figure => others.ContainsKey(figure.Key)).Select(figure => compare(figure.Value, others[figure.Key]))];
    }

    public string ToCsv()
    {
        StringBuilder text = new("round,proxy,metric,figure\n");
        foreach (string metric in Metrics)
        {
            foreach (string proxy in Proxies)
            {
                foreach ((int round, double figure) in Rounds(proxy, metric))
                {
                    text.Append(CultureInfo.InvariantCulture, $"{round},{proxy},{metric},{figure:R}\n");
                }
            }
        }

        return text.ToString();
    }

    private SortedList<int, double> Rounds(string proxy, string metric) => _figures.GetValueOrDefault((proxy, metric)) ?? [];
}
