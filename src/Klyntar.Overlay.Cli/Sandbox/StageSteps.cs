using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Cli;

/// <summary>Turns the private network's stages into steps.</summary>
internal sealed class StageSteps(StepList steps) : IProgress<SandboxStage>, IDisposable
{
    private readonly Dictionary<SandboxStageKind, StepList.Step> _running = [];

    public void Report(SandboxStage value)
    {
        lock (_running)
        {
            if (!_running.TryGetValue(value.Kind, out StepList.Step? step))
            {
                _running[value.Kind] = step = steps.Begin(value.What);
            }

            step.Detail = value.Detail;
            if (value.Took is not null)
            {
                step.Done();
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
