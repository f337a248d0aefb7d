using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>Every figure of every round.</summary>
internal sealed class BenchRecord
{
    private readonly Dictionary<(string Subject, string Metric), SortedList<int, double>> _figures = [];

    /// <summary>The metrics, in the order in which they were first measured.</summary>
    public List<string> Metrics { get; } = [];

    /// <summary>What has them, likewise: proxies, or sizes.</summary>
    public List<string> Subjects { get; } = [];

    public void Add(int round, string subject, string metric, double figure)
    {
        if (!_figures.TryGetValue((subject, metric), out SortedList<int, double>? figures))
        {
            _figures.Add((subject, metric), figures = []);
            if (!Metrics.Contains(metric))
            {
                Metrics.Add(metric);
            }

            if (!Subjects.Contains(subject))
            {
                Subjects.Add(subject);
            }
        }

        figures.Add(round, figure);
    }

    /// <summary>One figure for each round.</summary>
    public double[] Of(string subject, string metric) => [.. Rounds(subject, metric).Values];

    /// <summary>Compares two subjects within each round that both have a figure of: what disturbed the machine then disturbed both.</summary>
    public double[] Paired(string subject, string other, string metric, Func<double, double, double> compare)
    {
        SortedList<int, double> others = Rounds(other, metric);
        return [.. Rounds(subject, metric).Where(figure => others.ContainsKey(figure.Key)).Select(figure => compare(figure.Value, others[figure.Key]))];
    }

    public string ToCsv()
    {
        StringBuilder text = new("round,subject,metric,figure\n");
        foreach (string metric in Metrics)
        {
            foreach (string subject in Subjects)
            {
                foreach ((int round, double figure) in Rounds(subject, metric))
                {
                    text.Append(CultureInfo.InvariantCulture, $"{round},{subject},{metric},{figure:R}\n");
                }
            }
        }

        return text.ToString();
    }

    private SortedList<int, double> Rounds(string subject, string metric) => _figures.GetValueOrDefault((subject, metric)) ?? [];
}
