namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Notes the stages of a fetch.</summary>
internal sealed class Stages : IProgress<TorBundleStage>
{
    private readonly List<TorBundleStage> _all = [];

    public Action<TorBundleStage>? OnReport { get; set; }

    /// <summary>Those that are done.</summary>
    public IReadOnlyList<TorBundleStage> Done
    {
        get
        {
            lock (_all)
            {
                return [.. _all.Where(stage => stage.IsDone)];
            }
        }
    }

    public void Report(TorBundleStage value)
    {
        lock (_all)
        {
            _all.Add(value);
        }

        OnReport?.Invoke(value);
    }
}
