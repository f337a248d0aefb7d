using System.Collections.Immutable;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Times the stages of a start and reports them.</summary>
/// <param name="progress">Told when a stage begins and when it is done.</param>
/// <param name="clock">The clock.</param>
internal sealed class StageRecorder(IProgress<SandboxStage>? progress, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private ImmutableArray<SandboxStage> _done = [];

    /// <summary>The stage that is being done, or null.</summary>
    public SandboxStage? Current { get; private set; }

    /// <summary>The stages that are done, in order; of one that was repeated, the last run.</summary>
    public ImmutableArray<SandboxStage> Done => _done;

    /// <summary>The time since the recorder was made.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    /// <summary>Does a stage.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="work">Does it and says what it found out, as a short phrase or null.</param>
    public async Task DoAsync(SandboxStageKind kind, Func<Task<string?>> work)
    {
        Current = new SandboxStage(kind);
        progress?.Report(Current);
        long began = clock.GetTimestamp();
        string? detail = await work();
        var done = new SandboxStage(kind, clock.GetElapsedTime(began), detail);
        _done = [.. _done.Where(s => s.Kind != kind), done];
        Current = null;
        progress?.Report(done);
    }
}
