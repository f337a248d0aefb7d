namespace Klyntar.Overlay.Bench;

/// <summary>Every figure of every round.</summary>
internal sealed class BenchRecord
{
    private readonly Dictionary<(string Proxy, string Metric), List<double>> _figures = [];

    /// <summary>The metrics, in the order in which they were first measured.</summary>
    public List<string> Metrics { get; } = [];

    /// <summary>The proxies, likewise.</summary>
    public List<string> Proxies { get; } = [];

    public void Add(string proxy, string metric, double figure)
    {
        if (!_figures.TryGetValue((proxy, metric), out List<double>? figures))
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

        figures.Add(figure);
    }

    /// <summary>One figure for each round.</summary>
    public IReadOnlyList<double> Of(string proxy, string metric) => _figures.TryGetValue((proxy, metric), out List<double>? figures) ? figures : [];
}
