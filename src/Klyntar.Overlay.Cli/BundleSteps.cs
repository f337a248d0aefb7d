using System.Globalization;
using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Cli;

/// <summary>Turns the stages of a bundle's fetch into steps: with a bar on a terminal, elsewhere with a line at each quarter.</summary>
internal sealed class BundleSteps(StepList steps) : IProgress<TorBundleStage>, IDisposable
{
    private const int Quarters = 4;

    private readonly Dictionary<string, StepList.Step> _running = [];
    private int _quarter;

    public void Report(TorBundleStage value)
    {
        lock (_running)
        {
            if (!_running.TryGetValue(value.What, out StepList.Step? step))
            {
                _running[value.What] = step = steps.Begin(value.What);
            }

            step.Detail = value.Detail;
            if (value.Progress is { } progress)
            {
                step.Bar = new ProgressBar(progress.Received, progress.Total);
            }

            if (value.IsDone)
            {
                step.Detail = step.Bar is { } bar ? $"{value.Detail}, {bar.Sizes}" : value.Detail;
                step.Done();
            }
            else if (step.Bar is { } bar && !steps.IsLive && (int)(bar.Share * Quarters ?? 0) is var quarter && quarter > _quarter)
            {
                _quarter = quarter;
                steps.Tell(string.Create(CultureInfo.InvariantCulture, $"{bar.Share:0 %} {value.What}: {bar.Sizes}"));
            }
        }
    }

    /// <summary>Those that were not done have failed.</summary>
    public void Dispose()
    {
        lock (_running)
        {
            foreach (StepList.Step step in _running.Values)
            {
                step.Dispose();
            }
        }
    }
}
